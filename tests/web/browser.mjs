// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What the tests of the page share: a server of its files, a browser, and motion that nobody made.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const site = join(root, "out/web/site");

const types = {
    ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".mjs": "text/javascript",
    ".wasm": "application/wasm", ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
};

/** Serves `folder` on this machine; {url, close}. */
export async function serve(folder = site) {
    const server = createServer(async (request, answer) => {
        const path = new URL(request.url, "http://localhost").pathname;
        const name = path.endsWith("/") ? `${path}index.html` : path;
        try {
            const bytes = await readFile(join(folder, name));
            answer.writeHead(200, { "content-type": types[extname(name)] ?? "text/plain" });
            answer.end(bytes);
        } catch {
            answer.writeHead(404).end();
        }
    });
    await new Promise(ready => server.listen(0, "127.0.0.1", ready));
    return {
        url: `http://localhost:${server.address().port}/`,
        close: () => new Promise(closed => {
            server.close(closed);
            server.closeAllConnections();
        }),
    };
}

/** Debian's chromium through playwright-core's `chromium`, without a window. Its sandbox needs another user than root. */
export const launch = chromium => chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: process.getuid() === 0 ? ["--no-sandbox"] : [],
});

/** The page, opened and with its model. Errors in its code are errors of the test. */
export async function open(context, url) {
    const page = await context.newPage();
    page.on("pageerror", error => { throw error; });
    page.setDefaultTimeout(60_000);
    await page.goto(url);
    await page.waitForSelector("body[data-ready]");
    return page;
}

/** Samples [x, y, z] at 50 Hz for `seconds`: sample(t). */
export const signal = (seconds, sample) =>
    Array.from({ length: Math.round(50 * seconds) }, (_, i) => sample(i / 50));

export const flat = sign => signal(1.2, () => [0.1, -0.1, sign * 9.81]);

/** The rows of `label` in the page's simulated recording: [[x, y, z], ...], as they were measured. */
export async function simulated(label) {
    const text = await readFile(join(site, "simulated.csv"), "utf8");
    const rows = text.trim().split("\n").slice(1).map(line => line.split(","));
    const found = rows.filter(row => row[9] === label);
    const start = Number(found[0][2]);
    return found.map(row => ({
        ms: (Number(row[2]) - start) / 1e6,
        xyz: row.slice(3, 6).map(Number),
    }));
}

/**
 * Gives samples to the page as `devicemotion` events, all at once, with the time stamps they would
 * have had: those of `rows` ({ms, xyz}), or of 50 Hz for plain [x, y, z].
 */
export const move = (page, rows) => page.evaluate(rows => {
    globalThis.clockOfMotion ??= 1000;
    const start = globalThis.clockOfMotion + 20;
    rows.forEach((row, i) => {
        const [x, y, z] = row.xyz ?? row;
        const event = new DeviceMotionEvent("devicemotion",
            { accelerationIncludingGravity: { x, y, z }, interval: 20 });
        globalThis.clockOfMotion = start + (row.ms ?? 20 * i);
        Object.defineProperty(event, "timeStamp", { value: globalThis.clockOfMotion });
        dispatchEvent(event);
    });
}, rows);

/** Moves for a second at a time; what the page said most often. */
export async function heard(page, rows) {
    const said = {};
    for (let from = rows[0].ms; from <= rows.at(-1).ms; from += 1000) {
        await move(page, rows.filter(({ ms }) => from <= ms && ms < from + 1000)
            .map(({ ms, xyz }) => ({ ms: ms - from, xyz })));
        const verdict = await page.getAttribute("#verdict", "data-class");
        said[verdict] = (said[verdict] ?? 0) + 1;
    }
    delete said[""]; // not yet a window
    return Object.entries(said).sort((a, b) => b[1] - a[1])[0][0];
}

/** Presses Start; however slow this machine is, a sensor answers. */
export async function pressStart(page, sign = 1) {
    const answering = await page.evaluateHandle(z => setInterval(() => {
        const event = new DeviceMotionEvent("devicemotion",
            { accelerationIncludingGravity: { x: 0, y: 0, z }, interval: 20 });
        Object.defineProperty(event, "timeStamp", { value: globalThis.clockOfMotion ?? 1000 });
        dispatchEvent(event);
    }, 20), sign * 9.81);
    await page.click("#start");
    await page.waitForFunction(() => document.querySelector("#start").textContent === "Stop");
    await page.evaluate(id => clearInterval(id), answering);
}

/** Presses Start and lets the phone lie flat. */
export async function startLive(page, sign = 1) {
    await pressStart(page, sign);
    await move(page, flat(sign));
}
