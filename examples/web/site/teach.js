// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Teach: record yourself for each class, and let a worker train the model on it.
import { app, onModel, useWeights } from "./app.js";
import { announce, attempt, element, spoken, trouble } from "./display.js";
import { isRunning, listeners, start, stopped } from "./live.js";

let recordings = []; // [{label, rows: [[ms, x, y, z], ...]}]
let items = [];      // of the list, one for each class
let current = null;  // the recording that is being made: {label, end(keep)}
let worker = null;

const seconds = ({ rows }) => rows.length < 2 ? 0 : (rows.at(-1)[0] - rows[0][0]) / 1000;
const wait = ms => new Promise(resolve => setTimeout(resolve, ms));

function showLessons() {
    items.forEach((item, label) => {
        const total = recordings.filter(r => r.label === label)
            .reduce((sum, r) => sum + seconds(r), 0);
        item.querySelector(".seconds").textContent = total ? `${Math.round(total)} s` : "";
    });
    element("learn").disabled = recordings.length === 0 || worker !== null;
}

function listClasses() {
    recordings = [];
    items = app.model.classes.map((name, label) => {
        const item = document.createElement("li");
        item.dataset.class = name;
        item.innerHTML = `<span></span><span class="seconds"></span><button>Record</button>`;
        item.querySelector("span").textContent = spoken(name);
        item.querySelector("span").id = `lesson-${label}`;
        const button = item.querySelector("button");
        button.setAttribute("aria-describedby", `lesson-${label}`);
        button.onclick = () => record(label, button);
        return item;
    });
    element("lessons").replaceChildren(...items);
    showLessons();
}

/**
 * Records a class, after a pause to put the phone away; a second press ends it early. If the signal
 * ends before, or the model is changed, nothing is kept.
 */
async function record(label, button) {
    if (current) {
        if (current.label === label) current.end(true);
        return;
    }
    current = { label, end() {} };
    try {
        if (!await start()) return;
        const ended = new Promise(resolve => { current.end = resolve; });
        button.classList.add("recording");
        for (let left = Number(element("pause").value); left > 0; --left) {
            button.textContent = `in ${left} s`;
            if (await Promise.race([wait(1000).then(() => false), ended.then(() => true)])) return;
        }
        while (!isRunning()) { // until it has lain flat
            button.textContent = "lay it flat";
            if (await Promise.race([wait(100).then(() => false), ended.then(() => true)])) return;
        }
        navigator.vibrate?.(200);
        const made = { label, rows: [] };
        const length = Number(element("length").value);
        const listener = (...row) => {
            made.rows.push(row);
            button.textContent = `${Math.max(0, Math.ceil(length - seconds(made)))} s`;
            if (seconds(made) >= length) current?.end(true);
        };
        button.textContent = "move";
        announce(`recording ${spoken(app.model.classes[label])}`);
        listeners.add(listener);
        const keep = await ended;
        listeners.delete(listener);
        navigator.vibrate?.([200, 100, 200]);
        if (keep) recordings.push(made);
        announce(keep ? "recorded" : "not recorded");
    } finally {
        current = null;
        button.classList.remove("recording");
        button.textContent = "Record";
        showLessons();
    }
}

function learn() {
    const { bytes, name } = app.model;
    worker = new Worker(new URL("teach_worker.js", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => attempt(async () => {
        if (data.progress !== undefined) {
            element("learning").value = data.progress;
            element("loss").textContent = `Loss ${data.loss.toFixed(3)}`;
            return;
        }
        endLearning();
        if (data.error) {
            trouble(data.error);
            return;
        }
        const { taught } = data;
        const kept = recordings;
        if (!await useWeights(taught.bytes, `taught-${name.replace(/^taught-/, "")}`, true)) return;
        recordings = kept; // of the same classes, to go on from here
        showLessons();
        const percent = share => `${Math.round(100 * share)} %`;
        element("taught").textContent = `Before: ${percent(taught.before)} right. `
            + `Now: ${percent(taught.after)}. Learnt from ${taught.learnt} windows, judged by `
            + `${taught.judged} others.`;
        element("taught").dataset.before = taught.before;
        element("taught").dataset.after = taught.after;
        element("download").hidden = element("forget").hidden = false;
    });
    worker.onerror = event => {
        endLearning();
        trouble(`Learning ended: ${event.message}`);
    };
    trouble("");
    element("learning").value = 0;
    element("learning").hidden = element("cancel").hidden = false;
    element("taught").textContent = "Learning";
    const allLayers = element("layers").value === "all";
    const plan = { allLayers, epochs: allLayers ? 15 : 60 };
    worker.postMessage({ bytes, recordings, plan });
    showLessons();
}

function endLearning() {
    worker?.terminate();
    worker = null;
    element("learning").hidden = element("cancel").hidden = true;
    element("taught").textContent = element("loss").textContent = "";
    showLessons();
}

function download() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([app.model.bytes]));
    link.download = app.model.name;
    link.click();
    URL.revokeObjectURL(link.href);
}

export function setUpTeach() {
    stopped.add(() => current?.end(false));
    onModel(() => {
        if (worker) endLearning();
        element("download").hidden = element("forget").hidden = true;
        element("taught").textContent = "";
        listClasses();
    });
    element("learn").onclick = learn;
    element("cancel").onclick = endLearning;
    element("download").onclick = download;
    element("forget").onclick = () => attempt(() => useWeights(app.first.bytes, app.first.name));
}
