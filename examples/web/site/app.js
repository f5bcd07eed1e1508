// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What the parts of the page share: the model, and which signal it listens to. Only one does at a
// time: whoever starts calls `take`, which stops whoever ran before.
import {
    drawTrace, element, rounded, showClasses, showNothing, showProbabilities,
} from "./display.js";
import { Model, build } from "./engine.js";

export const hop = 10; // samples from one look at the last window to the next

export const app = {
    model: null, // the one in use
    first: null, // the one that was opened, before it was taught
    threshold: 0.5,
};

const watchers = [];
/** Calls `changed` whenever another model is in use. */
export const onModel = changed => watchers.push(changed);

/** A file of the page's own (Uint8Array). */
export async function fetched(name) {
    const answer = await fetch(name);
    if (!answer.ok) throw new Error(`${name}: the server says ${answer.status}`);
    return new Uint8Array(await answer.arrayBuffer());
}

let asked = 0, used = 0; // in which turn
/**
 * Uses weights (Uint8Array, or a promise of it) from now on, unless others that were asked for later
 * are there first: then false. `taught`: they are what became of the first model's.
 */
export async function useWeights(source, name, taught = false) {
    const turn = ++asked;
    const bytes = await source;
    const model = await Model.open(bytes, name);
    if (turn < used) return false;
    used = turn;
    stop();
    app.model = model;
    if (!taught) app.first = model;
    for (const button of ["start", "simulated", "play"]) element(button).disabled = false;
    element("model").textContent = `${name}: ${model.classes.length} classes, `
        + `${model.steps} samples at ${rounded(model.rate)} Hz, `
        + `${Math.round(bytes.length / 1000)} kB, ${build === "simd" ? "SIMD" : "no SIMD"}`;
    element("span").textContent = `${rounded(model.steps / model.rate)} s`;
    showClasses(model.classes);
    drawTrace([], model.steps);
    for (const changed of watchers) changed();
    return true;
}

let stopOther = null;
/** Stops the signal that runs, and remembers how to stop the new one. */
export function take(stopThis) {
    stop();
    stopOther = stopThis;
}
export function stop() {
    const before = stopOther;
    stopOther = null;
    before?.();
    showNothing();
}

// How long a window takes: the median of the last looks, since one alone may be interrupted.
const times = [];
/** Lets the model listen on: work() returns how many windows were classified. */
export function look(work) {
    const start = performance.now();
    const looked = work();
    if (looked === 0) return "";
    times.push((performance.now() - start) / looked);
    if (times.length > 25) times.shift();
    const median = [...times].sort((a, b) => a - b)[times.length >> 1];
    element("time").textContent = `${median.toFixed(1)} ms`;
    return showProbabilities(app.model.classes, app.model.probabilities, app.threshold);
}

/** Draws the signal, and how long it still takes until there is a window of it. */
export function draw() {
    const { model } = app;
    const samples = model.signal();
    drawTrace(samples, model.steps);
    const missing = model.steps - samples.length / 3;
    if (missing > 0) showNothing(`in ${Math.ceil(missing / model.rate)} s`);
}
