import { chromium } from "playwright-core";
import { launch, move, serve, simulated, startLive } from "./browser.mjs";
const server = await serve(process.argv[2]); const browser = await launch(chromium);
const part = async (l, a, b) => (await simulated(l)).filter(({ ms }) => 1000*a <= ms && ms < 1000*b);
for (const [n, o] of Object.entries({phone:{viewport:{width:390,height:844},deviceScaleFactor:2}, desktop:{viewport:{width:1280,height:800}}}))
 for (const colorScheme of ["light","dark"]) {
  const c = await browser.newContext({...o, colorScheme}); const page = await c.newPage();
  await page.goto(server.url); await page.waitForSelector("body[data-ready]");
  const pic = x => page.screenshot({path: `/tmp/shots/${n}-${colorScheme}-${x}.png`});
  await pic("first");
  await page.click("#start"); await page.waitForFunction(() => document.querySelector("#start").disabled);
  await move(page, [[0,0,9.81]]); await page.waitForSelector("#flat"); await pic("flat");
  await page.click("#flat-skip"); await move(page, await part("walk",0,8)); await pic("live");
  await page.click("#tab-teach"); await pic("teach");
  await page.click("#tab-replay"); await page.click("#simulated"); await page.waitForTimeout(2500); console.log(await page.textContent("#trouble")); await pic("replay");
  await c.close();
 }
await browser.close(); await server.close();
