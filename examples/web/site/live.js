// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Live: what the phone measures now.
import { app, draw, hop, look, stop, take } from "./app.js";
import { announce, element, rounded, showNothing, trouble } from "./display.js";
import { FlatStep, MotionError, Rate, listen } from "./motion.js";

const remembered = "gait-sign-of-axes";
/** Called with every sample (ms, x, y, z), its sign mended; teaching listens here. */
export const listeners = new Set();

/** Called when it stops to listen. */
export const stopped = new Set();

// Where a browser keeps nothing for pages, the phone lies flat at every visit.
const recall = () => {
    try {
        return Number(localStorage.getItem(remembered)) || 0;
    } catch {
        return 0;
    }
};
const remember = found => {
    try {
        localStorage.setItem(remembered, String(found));
    } catch { /* as above */ }
};

let known = recall(); // the sign that was found; 0: none yet
let sign = known;     // the one in use; 0: it has to lie flat first
let flat = null;      // while the phone is to lie flat
let running = false;
export const isRunning = () => running && sign !== 0;

function settle(found) {
    sign = found;
    flat = null;
    element("flat").hidden = true;
    app.model.startListening(hop);
    showNothing("listening");
}

function askForFlat() {
    sign = 0;
    flat = new FlatStep();
    element("flat-progress").value = 0;
    element("flat").hidden = false;
    showNothing("lay it flat");
    announce(element("flat-words").textContent);
}

let starting = null;
/** Starts to listen, if nobody does; false if that can't be. */
export function start() {
    if (running) return Promise.resolve(true);
    starting ??= begin().finally(() => { starting = null; });
    return starting;
}

async function begin() {
    const rate = new Rate();
    let shown = 0;
    const sample = (ms, x, y, z) => {
        rate.add(ms);
        if (!running) return; // the model isn't ready for it
        if (flat) {
            const done = flat.add(ms, x, y, z);
            element("flat-progress").value = done;
            if (done === 1) {
                known = flat.sign;
                remember(known);
                settle(known);
            }
            return;
        }
        if (sign === 0) return;
        for (const listener of listeners) listener(ms, sign * x, sign * y, sign * z);
        look(() => app.model.push(ms, sign * x, sign * y, sign * z));
        if (performance.now() - shown < 30) return;
        shown = performance.now();
        draw();
        const hertz = rate.hertz;
        element("rate").textContent = Number.isNaN(hertz) ? "measuring"
            : `${hertz.toFixed(0)} Hz measured, ${rounded(app.model.rate)} Hz for the model`;
    };
    const silence = silent => trouble(silent
        ? "The browser has stopped delivering motion. Is this page in front, and the screen on?"
        : "");
    try {
        trouble("");
        element("start").disabled = true;
        const stopListening = await listen(sample, silence);
        take(() => {
            stopListening();
            running = false;
            flat = null;
            element("flat").hidden = true;
            element("flat-again").hidden = true;
            element("start").textContent = "Start";
            element("rate").textContent = "not running";
            trouble("");
            for (const told of stopped) told();
        });
    } catch (error) {
        if (!(error instanceof MotionError)) throw error;
        trouble(error.message);
        return false;
    } finally {
        element("start").disabled = false;
    }
    running = true;
    element("start").textContent = "Stop";
    element("flat-again").hidden = false;
    if (sign === 0) askForFlat();
    else app.model.startListening(hop);
    return true;
}

export function setUpLive() {
    element("start").onclick = () => (running ? stop() : start());
    element("flat-again").onclick = askForFlat;
    // What was found before still holds; a guess does for this visit.
    element("flat-skip").onclick = () => settle(known || 1);
}
