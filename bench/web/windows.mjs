// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// bench/web/run's measurement: how long one window takes, here and in onnxruntime-web.
import { cp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import { launch, root, serve, site } from "../../tests/web/browser.mjs";

// The page and the other runtime, side by side on one server.
const folder = join(root, "out/web/bench");
const runtime = fileURLToPath(new URL("node_modules/onnxruntime-web/dist", import.meta.url));
const [script, loader, binary] =
    ["ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"];
await rm(folder, { recursive: true, force: true });
await cp(site, folder, { recursive: true });
for (const name of [script, loader, binary]) await cp(join(runtime, name), join(folder, name));
await cp(join(root, "out/web/model.onnx"), join(folder, "model.onnx"));

const server = await serve(folder);
const browser = await launch(chromium);
try {
    const page = await browser.newPage();
    await page.goto(`${server.url}manifest.webmanifest`); // a page with nothing at work in it
    const { times, worst } = await page.evaluate(async url => {
        const { Model, metadata } = await import(`${url}engine.js`);
        const ort = await import(`${url}ort.wasm.min.mjs`);
        ort.env.wasm.numThreads = 1;
        ort.env.wasm.wasmPaths = url;
        const fetched = async name => new Uint8Array(await (await fetch(url + name)).arrayBuffer());
        const bytes = await fetched("weights.safetensors");
        const session = await ort.InferenceSession.create(await fetched("model.onnx"));
        const simd = await Model.open(bytes, "weights", "simd");
        const scalar = await Model.open(bytes, "weights", "scalar");

        const texts = metadata(bytes);
        const [mean, deviation] =
            [texts.scaling_mean, texts.scaling_deviation].map(text => JSON.parse(text));
        // Still: it isn't aligned, and what scales it here is all that is done to it.
        const window = Float32Array.from({ length: 3 * simd.steps },
            (_, i) => (i % 3 === 2 ? 9.8 : 0) + 0.5 * Math.sin(i * (1 + i % 3)));
        const scaled = window.map((v, i) => (v - mean[i % 3]) / deviation[i % 3]);
        const x = new ort.Tensor("float32", scaled, [1, simd.steps, 3]);
        const ask = async () => Object.values(await session.run({ x }))[0].data;

        const work = {
            simd: () => simd.classify(window),
            scalar: () => scalar.classify(window),
            onnxruntime: ask,
        };
        const times = Object.fromEntries(Object.keys(work).map(name => [name, []]));
        // Ten windows at a time: a page's clock has steps of 0.1 ms.
        for (let round = -5; round < 100; ++round)
            for (const [name, run] of Object.entries(work)) {
                const start = performance.now();
                for (let i = 0; i < 10; ++i) await run();
                if (round >= 0) times[name].push((performance.now() - start) / 10);
            }
        const logits = [...simd.logits(window)], theirs = await ask();
        return { times, worst: Math.max(...logits.map((v, k) => Math.abs(v - theirs[k]))) };
    }, server.url);
    if (!(worst < 1e-4)) throw new Error(`the two differ by ${worst}`);

    const kilo = bytes => `${Math.round(bytes / 1000).toLocaleString("en")} kB`;
    const sent = async (...names) => {
        let bytes = 0;
        for (const name of names)
            bytes += gzipSync(await readFile(join(folder, name)), { level: 9 }).length;
        return kilo(bytes);
    };
    const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.floor(q * values.length)];
    const reference = quantile(times.simd, 0.5);
    const row = (name, values, size) => `| ${name} | ${quantile(values, 0).toFixed(2)} | `
        + `${quantile(values, 0.5).toFixed(2)} | ${quantile(values, 0.9).toFixed(2)} | `
        + `${(quantile(values, 0.5) / reference).toFixed(2)} | ${size} |`;
    const { version } = JSON.parse(await readFile(join(runtime, "../package.json"), "utf8"));
    const table = [
        "| | fastest, ms | median, ms | 90 % within, ms | median, ratio | code, gzip |",
        "|---|---|---|---|---|---|",
        row("gait, SIMD", times.simd, await sent("listen-simd.mjs", "listen-simd.wasm")),
        row("gait, no SIMD", times.scalar, await sent("listen-scalar.mjs", "listen-scalar.wasm")),
        row(`onnxruntime-web ${version}, SIMD`, times.onnxruntime,
            await sent(script, loader, binary)),
    ].join("\n");
    console.log(`${table}\n\nChromium ${browser.version()}; logits within ${worst.toExponential(1)}.`);

    const modules = ["listen-simd", "listen-scalar", "read", "teach-simd", "teach-scalar"];
    const sizes = ["| module | wasm | wasm, gzip | with its JavaScript, gzip |", "|---|---|---|---|",
        ...await Promise.all(modules.map(async name => {
            const { length } = await readFile(join(folder, `${name}.wasm`));
            return `| ${name} | ${kilo(length)} | ${await sent(`${name}.wasm`)} | `
                + `${await sent(`${name}.wasm`, `${name}.mjs`)} |`;
        }))].join("\n");
    console.log(`\n${sizes}`);

    if (process.argv.includes("--write")) {
        const docs = join(root, "docs/web.md");
        let text = await readFile(docs, "utf8");
        for (const [name, rows] of Object.entries({ windows: table, sizes })) {
            const between = new RegExp(`(<!-- begin ${name} -->\n)[^]*(<!-- end ${name} -->)`);
            if (!between.test(text)) throw new Error(`${docs}: expected the markers of ${name}`);
            text = text.replace(between, (_, begin, end) => `${begin}${rows}\n${end}`);
        }
        await writeFile(`${docs}.part`, text);
        await rename(`${docs}.part`, docs);
    }
} finally {
    await Promise.all([browser.close(), server.close()]);
}
