import { serve, launch, open } from "./browser.mjs";
const server = await serve(); const browser = await launch();
const context = await browser.newContext(); const page = await open(context, server.url);
console.log(await page.textContent("#model"));
console.log(await page.evaluate(async () => {
  const { Model } = await import("./engine.js");
  const bytes = new Uint8Array(await (await fetch("weights.safetensors")).arrayBuffer());
  const m = await Model.open(bytes, "w.safetensors", "simd");
  const w = Float32Array.from({length: 600}, (_, i) => i % 3 == 2 ? 9.8 : Math.sin(i));
  const t = [];
  for (let i = 0; i < 60; ++i) { const s = performance.now(); m.classify(w); t.push(performance.now() - s); }
  t.sort((a, b) => a - b);
  // learning
  const recordings = [0,1].map(label => ({label, rows: Array.from({length: 1000}, (_, i) => [20*i, Math.sin(i*(label+1)), 0, 9.8])}));
  let s = performance.now(); const last = m.learn(recordings, {allLayers: false, epochs: 60}); const tl = performance.now() - s;
  const m2 = await Model.open(bytes, "w.safetensors", "simd");
  s = performance.now(); const all = m2.learn(recordings, {allLayers: true, epochs: 3}); const ta = performance.now() - s;
  return JSON.stringify({min: t[0], median: t[30], p: [...m.probabilities], last, tl, all, ta});
}));
await browser.close(); await server.close();
