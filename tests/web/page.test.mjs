// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The page in a browser: what a person does with it, and what may go wrong.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import {
    flat, heard, launch, move, open, pressStart, root, serve, simulated, site, startLive,
} from "./browser.mjs";

const scratch = join(root, "out/web/tests");
let server, browser;
before(async () => {
    await mkdir(scratch, { recursive: true });
    [server, browser] = await Promise.all([serve(), launch(chromium)]);
});
after(() => Promise.all([browser?.close(), server?.close()]));

/** Opens the page in a profile of its own for `work`; `prepare` runs in it before the page does. */
async function visit(work, { prepare, url = server.url, ...options } = {}) {
    const context = await browser.newContext(options);
    try {
        if (prepare) await context.addInitScript(prepare);
        await work(await open(context, url), context);
    } finally {
        await context.close();
    }
}

const verdict = page => page.getAttribute("#verdict", "data-class");
const says = (page, words) => page.locator("#trouble", { hasText: words }).waitFor();
const file = (name, content) => ({ name, mimeType: "", buffer: Buffer.from(content) });

/** Seconds `from` to `to` of a simulated class. */
const part = async (label, from, to) =>
    (await simulated(label)).filter(({ ms }) => 1000 * from <= ms && ms < 1000 * to);

test("motion in, the right label out", () => visit(async page => {
    await startLive(page);
    for (const label of ["walk", "sit", "bike", "stairsup"])
        assert.equal(await heard(page, await part(label, 0, 20)), label);
    assert.match(await page.textContent("#rate"), /Hz measured, 50 Hz for the model/);
    assert.match(await page.textContent("#time"), /ms$/);
}));

test("a phone whose axes point the other way is understood after it has lain flat", () =>
    visit(async page => {
        await startLive(page, -1);
        const rows = await part("walk", 0, 20);
        const turned = rows.map(({ ms, xyz }) => ({ ms, xyz: xyz.map(v => -v) }));
        assert.equal(await heard(page, turned), "walk");
        assert.equal(await page.isVisible("#flat"), false);
    }));

test("to skip lying flat keeps the sign that was found, and remembers no guess", () =>
    visit(async page => {
        const remembered = () => page.evaluate(() => localStorage.getItem("gait-sign-of-axes"));
        const rows = await part("walk", 0, 20);
        await pressStart(page);
        await page.click("#flat-skip");
        assert.equal(await heard(page, rows), "walk");
        assert.equal(await remembered(), null);

        await page.click("#flat-again");
        await move(page, flat(-1));
        assert.equal(await remembered(), "-1");
        await page.click("#flat-again");
        await page.click("#flat-skip");
        assert.equal(await heard(page, rows.map(({ ms, xyz }) => ({ ms, xyz: xyz.map(v => -v) }))),
            "walk");
        assert.equal(await remembered(), "-1");
    }));

test("below the threshold it is unsure", () => visit(async page => {
    await page.fill("#threshold", "95");
    await startLive(page);
    // From walking to sitting there are windows of both, which are neither.
    let unsure = 0;
    for (const label of ["walk", "sit"])
        for (let second = 0; second < 5; ++second) {
            const rows = await part(label, second, second + 1);
            await move(page, rows.map(({ ms, xyz }) => ({ ms: ms - 1000 * second, xyz })));
            if (await verdict(page) === "") continue; // not yet a window
            const best = parseInt(await page.textContent("#bars .best .share"), 10);
            assert.equal(await verdict(page) === "unsure", best < 95, `at ${best} %`);
            unsure += best < 95 ? 1 : 0;
        }
    assert.ok(unsure > 0 && unsure < 7, `${unsure} of 7 windows`);
}));

test("probabilities that are not numbers are of no class", () => visit(async page => {
    const shown = await page.evaluate(async () => {
        const { showProbabilities } = await import("./display.js");
        showProbabilities(["walk", "sit"], [0.9, 0.1], 0.5);
        return showProbabilities(["walk", "sit"], [NaN, NaN], 0.5);
    });
    assert.equal(shown, "unsure");
    assert.equal(await page.textContent("#verdict"), "unsure");
    assert.equal((await page.textContent("#sure")).trim(), "");
    assert.equal((await page.textContent("#bars .share")).trim(), "");
}));

test("the screen stays awake while it listens, and no longer", () => visit(async page => {
    await startLive(page);
    assert.equal(await page.evaluate(() => globalThis.locks), 1);
    await page.click("#start");
    assert.equal(await page.evaluate(() => globalThis.locks), 0);
}, {
    prepare: () => {
        globalThis.locks = 0;
        const request = async () => (++globalThis.locks, { release: () => --globalThis.locks });
        Object.defineProperty(navigator, "wakeLock", { value: { request } });
    },
}));

test("permission denied", () => visit(async page => {
    await page.click("#start");
    await says(page, /did not allow motion/);
    assert.equal(await page.textContent("#start"), "Start");
}, { prepare: () => { DeviceMotionEvent.requestPermission = async () => "denied"; } }));

test("permission given, where it must be asked for", () => visit(async page => {
    await startLive(page);
    assert.equal(await page.evaluate(() => globalThis.asked), 1);
}, {
    prepare: () => {
        globalThis.asked = 0;
        DeviceMotionEvent.requestPermission = async () => {
            ++globalThis.asked;
            return "granted";
        };
    },
}));

test("no sensor", () => visit(async page => {
    await page.click("#start");
    await says(page, /No motion sensor answers/);
}));

test("the browser stops delivering, and goes on", () => visit(async page => {
    await startLive(page);
    await says(page, /stopped delivering/);
    await move(page, [[0, 0, 9.8]]);
    await page.waitForSelector("#trouble", { state: "hidden" });
}));

/** Weights whose header says something else. */
function reworded(weights, words) {
    const end = 8 + Number(weights.readBigUInt64LE(0));
    const header = JSON.parse(weights.subarray(8, end));
    Object.assign(header.__metadata__, words);
    const text = JSON.stringify(header);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(Math.ceil(Buffer.byteLength(text) / 8) * 8));
    return Buffer.concat([length, Buffer.from(text.padEnd(Number(length.readBigUInt64LE(0)))),
        weights.subarray(end)]);
}

test("another model, and broken ones", () => visit(async page => {
    const weights = await readFile(join(site, "weights.safetensors"));
    const cut = weights.subarray(0, weights.length - 100);
    await page.setInputFiles("#weights", file("cut.safetensors", cut));
    await says(page, /cut\.safetensors/);
    await page.setInputFiles("#weights", file("poem.safetensors", "Roses are red"));
    await says(page, /poem\.safetensors/);
    assert.match(await page.textContent("#model"), /^weights\.safetensors/);

    const fast = reworded(weights, { rate_hz: "100000000" });
    await page.setInputFiles("#weights", file("fast.safetensors", fast));
    await says(page, /fast\.safetensors.*up to 1000 samples per second/);

    const silent = reworded(weights, { rate_hz: undefined, window_steps: undefined });
    await page.setInputFiles("#weights", file("silent.safetensors", silent));
    await says(page, /silent\.safetensors.*up to 1000 samples per second, found nothing/);

    const slow = reworded(weights, { rate_hz: "30" });
    await page.setInputFiles("#weights", file("slow.safetensors", slow));
    await page.waitForSelector("#trouble", { state: "hidden" });
    assert.equal(await page.textContent("#span"), "6.67 s"); // of 200 samples

    await page.setInputFiles("#weights", file("other.safetensors", weights));
    await page.locator("#model", { hasText: /^other\.safetensors: 7 classes/ }).waitFor();
}));

test("a model that a person picks stays, though the page's own comes later", async () => {
    const weights = await readFile(join(site, "weights.safetensors"));
    const context = await browser.newContext({ serviceWorkers: "block" });
    try {
        const page = await context.newPage();
        let arrive;
        const later = new Promise(resolve => { arrive = resolve; });
        await page.route("**/weights.safetensors", async route => {
            await later;
            await route.continue();
        });
        await page.goto(server.url, { waitUntil: "commit" });
        await page.waitForFunction(() => document.querySelector("#weights")?.onchange);
        await page.setInputFiles("#weights", file("mine.safetensors", weights));
        const mine = () => document.querySelector("#model").textContent.startsWith("mine.safe");
        await page.waitForFunction(mine);
        arrive();
        await page.waitForSelector("body[data-ready]");
        assert.ok(await page.evaluate(mine));
    } finally {
        await context.close();
    }
});

test("replay of the simulated walk", () => visit(async page => {
    await page.click("#tab-replay");
    await page.click("#simulated");
    await page.selectOption("#speed", "64");
    await page.waitForFunction(() => document.querySelector("#position").value === 1);
    const [, right, looks] = /Right in (\d+) % of (\d+) looks/
        .exec(await page.textContent("#said")).map(Number);
    assert.ok(right >= 70, `${right} %`);
    assert.ok(looks > 100, `${looks} looks`);
}));

/** Drops a file on the page. */
const drop = (page, name, text) => page.evaluate(([name, text]) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([text], name));
    dispatchEvent(new DragEvent("drop", { dataTransfer, cancelable: true }));
}, [name, text]);

test("a CSV is dropped, and one that isn't", () => visit(async page => {
    const text = await readFile(join(site, "simulated.csv"), "utf8");
    await drop(page, "mine.csv", text.split("\n").slice(0, 2001).join("\n"));
    await page.waitForSelector("#player");
    assert.equal(await page.getAttribute("#tab-replay", "aria-selected"), "true");
    assert.equal(await page.locator("#track option").count(), 1);
    await drop(page, "notes.csv", "milk,eggs\n1,2\n");
    await says(page, /notes\.csv/);
}));

/** Records `rows` as `label`, after the phone has lain flat once. */
async function record(page, label, rows) {
    const button = page.locator(`#lessons [data-class="${label}"] button`);
    await button.click();
    await page.waitForSelector(`#lessons [data-class="${label}"] .recording`);
    await page.waitForFunction(label => document.querySelector(
        `#lessons [data-class="${label}"] button`).textContent === "move", label);
    await move(page, rows);
    await page.waitForFunction(label => document.querySelector(
        `#lessons [data-class="${label}"] button`).textContent === "Record", label);
}

test("teaching mends a class that was mislabelled; the weights load in har_predict", () =>
    visit(async page => {
        // Somebody rides a bicycle with the phone upside down: not what the model was trained on.
        const turned = (await part("bike", 0, 33)).map(({ ms, xyz: [x, y, z] }) =>
            ({ ms, xyz: [0.4 * z, -y, 0.4 * x] }));
        const [lesson, fresh] = [turned.filter(({ ms }) => ms < 22_000),
            turned.filter(({ ms }) => ms >= 22_000)];
        await startLive(page);
        assert.notEqual(await heard(page, fresh), "bike");

        await page.click("#tab-teach");
        await page.selectOption("#pause", "0");
        await page.selectOption("#length", "20");
        await record(page, "bike", lesson);
        await record(page, "walk", await part("walk", 0, 22));
        const learn = async () => {
            await page.click("#learn");
            await page.waitForSelector("#learning");
            await page.waitForSelector("#learning", { state: "hidden" });
            await page.waitForFunction(() => /Now/.test(document.querySelector("#taught").textContent));
            const { before, after } = await page.locator("#taught").evaluate(e => e.dataset);
            return [Number(before), Number(after)];
        };
        const [before, after] = await learn();
        assert.ok(after >= before + 0.2, `${before} -> ${after}`);
        assert.ok(after > 0.9, `${after}`);
        await page.selectOption("#layers", "all");
        const [once, twice] = await learn();
        assert.equal(once, after);
        assert.ok(twice > 0.9, `${twice}`);

        const [download] = await Promise.all([page.waitForEvent("download"),
            page.click("#download")]);
        const weights = join(scratch, "taught.safetensors");
        await download.saveAs(weights);
        const program = join(root, "build", process.env.GAIT_PRESET ?? "release", "bin/har_predict");
        const { stdout } = await promisify(execFile)(program,
            [weights, join(site, "simulated.csv")], { maxBuffer: 1 << 26 });
        assert.match(stdout, /walk/);

        await page.click("#tab-live");
        await startLive(page, 1);
        assert.equal(await heard(page, fresh), "bike");
        assert.equal(await heard(page, await part("walk", 20, 30)), "walk");

        await page.click("#tab-teach");
        await page.click("#forget");
        await page.waitForFunction(() =>
            document.querySelector("#model").textContent.startsWith("weights.safetensors"));
    }));

test("too little to learn from is said", () => visit(async page => {
    await startLive(page);
    await page.click("#tab-teach");
    await page.selectOption("#pause", "0");
    await record(page, "walk", [...await part("walk", 0, 2), { ms: 60_000, xyz: [0, 0, 9.8] }]);
    await page.click("#learn");
    await says(page, /10 s of each class without a gap, found less of walk/);
}));

/** What the teaching module says of recordings [label, rows...], or the error that it throws. */
const taught = (page, ...recordings) => page.evaluate(async recordings => {
    const { teach } = await import("./engine.js");
    const answer = await fetch("weights.safetensors");
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const made = recordings.map(([label, rows]) =>
        ({ label, rows: rows.map(({ ms, xyz }) => [ms, ...xyz]) }));
    const { learnt, judged, error } = await teach(bytes, made, { allLayers: false, epochs: 1 })
        .catch(({ message }) => ({ error: message }));
    return { learnt, judged, error };
}, recordings);

test("no window of a lesson crosses a gap", () => visit(async page => {
    const rows = await part("walk", 0, 30);
    const before = rows.filter(({ ms }) => ms < 14_000);
    const later = rows.filter(({ ms }) => ms >= 14_000)
        .map(({ ms, xyz }) => ({ ms: ms + 25_000, xyz }));
    const apart = await taught(page, [0, before], [0, later]);
    assert.ok(apart.learnt > 0 && apart.judged > 0, apart.error);
    assert.deepEqual(await taught(page, [0, [...before, ...later]]), apart);
}));

test("a class of which there is too little is not left out without a word", () =>
    visit(async page => {
        const [walk, sit] = [await part("walk", 0, 22), await part("sit", 0, 22)];
        const short = rows => rows.filter(({ ms }) => ms < 6000);
        const { error } = await taught(page, [0, short(walk)], [1, sit]);
        assert.match(error, /10 s of each class without a gap, found less of bike$/);
        // Another recording of the same class makes up for one that was too short.
        const { learnt } = await taught(page, [0, short(walk)], [1, sit], [0, walk]);
        assert.ok(learnt > 0);
    }));

test("a recording that is interrupted is not kept", () => visit(async page => {
    await startLive(page);
    await page.click("#tab-teach");
    await page.selectOption("#pause", "0");
    const button = page.locator('#lessons [data-class="walk"] button');
    await button.click();
    await page.waitForFunction(() => document.querySelector(
        '#lessons [data-class="walk"] button').textContent === "move");
    await move(page, await part("walk", 0, 2));
    await page.click("#tab-live");
    await page.click("#start");
    await page.click("#tab-teach");
    await page.waitForFunction(() => document.querySelector(
        '#lessons [data-class="walk"] button').textContent === "Record");
    assert.equal(await page.textContent('#lessons [data-class="walk"] .seconds'), "");
    assert.equal(await page.isDisabled("#learn"), true);
}));

test("a browser that keeps nothing for pages", () => visit(async page => {
    await startLive(page);
    assert.equal(await heard(page, await part("walk", 0, 20)), "walk");
}, {
    prepare: () => Object.defineProperty(globalThis, "localStorage", {
        get: () => { throw new DOMException("no", "SecurityError"); },
    }),
}));

test("no network after the first visit", async () => {
    const own = await serve();
    await visit(async (page, context) => {
        await page.evaluate(() => navigator.serviceWorker.ready);
        await page.waitForFunction(() => navigator.serviceWorker.controller);
        await own.close();
        await context.setOffline(true);
        await page.reload();
        await page.waitForSelector("body[data-ready]");
        await startLive(page);
        assert.equal(await heard(page, await part("walk", 0, 20)), "walk");
        await page.click("#tab-replay");
        await page.click("#simulated");
        await page.waitForSelector("#player");
    }, { url: own.url });
});

test("a browser without SIMD runs the other build", () => visit(async page => {
    assert.match(await page.textContent("#model"), /no SIMD/);
    await startLive(page);
    assert.equal(await heard(page, await part("walk", 0, 20)), "walk");
}, { prepare: () => { WebAssembly.validate = () => false; } }));

test("WebAssembly, this processor and aarch64 agree on logits", () => visit(async page => {
    const read = async name =>
        JSON.parse(await readFile(join(root, "out/web/logits", `${name}.json`), "utf8"));
    const native = await read("native");
    const others = {
        aarch64: await read("aarch64").catch(error => {
            if (error.code === "ENOENT") return null;
            throw error; // what is there must be sound
        }),
    };
    for (const kind of ["simd", "scalar"])
        others[kind] = await page.evaluate(async ([kind, windows]) => {
            const { Model } = await import("./engine.js");
            const answer = await fetch("weights.safetensors");
            const model = await Model.open(new Uint8Array(await answer.arrayBuffer()), "w", kind);
            return windows.map(window => ({
                logits: [...model.logits(Float32Array.from(window))],
                probabilities: [...model.classify(Float32Array.from(window))],
            }));
        }, [kind, native.map(({ window }) => window)]);
    for (const [name, answers] of Object.entries(others)) {
        if (!answers) continue; // tests/web/run has said so
        let worst = 0;
        answers.forEach((answer, w) => {
            for (const what of ["logits", "probabilities"])
                answer[what].forEach((value, k) => {
                    worst = Math.max(worst, Math.abs(value - native[w][what][k]));
                });
        });
        console.log(`${name}: logits within ${worst.toExponential(1)} of the native ones`);
        assert.ok(worst <= 1e-5, `${name}: ${worst}`);
    }
}));

test("keys are enough", () => visit(async page => {
    const focused = () => page.evaluate(() => document.activeElement.id);
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "tab-live");
    await page.keyboard.press("ArrowRight");
    assert.equal(await focused(), "tab-replay");
    assert.equal(await page.isVisible("#replay"), true);
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "simulated");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelector("#position").value > 0);
}));

test("everything has a name for a screen reader, and enough contrast", async () => {
    for (const colorScheme of ["light", "dark"]) await visit(async page => {
        const poor = await page.evaluate(() => {
            for (const hidden of document.querySelectorAll("[hidden]")) hidden.hidden = false;
            const luminance = color => {
                const [r, g, b] = color.match(/[\d.]+/g).map(Number).map(v => v / 255)
                    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const ground = element => {
                const color = getComputedStyle(element).backgroundColor;
                return color === "rgba(0, 0, 0, 0)" && element.parentElement
                    ? ground(element.parentElement) : color;
            };
            const found = [];
            for (const element of document.querySelectorAll("body *")) {
                const says = element.getAttribute("aria-label") ?? element.textContent.trim();
                if (element.matches("button, canvas, progress, section") && !says)
                    found.push(`no name: ${element.outerHTML}`);
                if (element.matches("input, select") && element.labels.length === 0)
                    found.push(`no label: ${element.outerHTML}`);
                const own = [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim());
                if (!own || element.closest(":disabled")) continue;
                const [a, b] = [luminance(getComputedStyle(element).color),
                    luminance(ground(element))];
                const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
                if (contrast < 4.5) found.push(`contrast ${contrast}: ${element.outerHTML}`);
            }
            return found;
        });
        assert.deepEqual(poor, [], colorScheme);
    }, { colorScheme });
});

const devices = {
    phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true },
    small: { viewport: { width: 320, height: 568 }, deviceScaleFactor: 2, hasTouch: true },
    desktop: { viewport: { width: 1280, height: 800 } },
};
for (const [device, options] of Object.entries(devices))
    for (const colorScheme of ["light", "dark"])
        test(`pictures: ${device}, ${colorScheme}`, () => visit(async page => {
            const picture = async name => {
                await page.screenshot({ path: join(scratch, `${device}-${colorScheme}-${name}.png`) });
                assert.equal(await page.evaluate(() =>
                    document.documentElement.scrollWidth > innerWidth), false, "too wide");
            };
            await picture("first");
            await pressStart(page);
            await page.waitForSelector("#flat");
            await picture("flat");
            await page.click("#flat-skip");
            await move(page, await part("walk", 0, 8));
            await picture("live");
            await page.click("#tab-teach");
            await picture("teach");
            await page.click("#tab-replay");
            await page.click("#simulated");
            await page.selectOption("#speed", "64");
            await page.waitForFunction(() => document.querySelector("#position").value > 0.1);
            await picture("replay");
        }, { colorScheme, ...options }));
