// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The page: tabs, files that are dropped or picked, and the first model.
import { app, useWeights } from "./app.js";
import { element, trouble } from "./display.js";
import { setUpLive } from "./live.js";
import { openRecording, setUpReplay } from "./replay.js";
import { setUpTeach } from "./teach.js";

// Tabs, by touch and by the arrow keys.

const tabs = [...document.querySelectorAll('[role="tab"]')];
function choose(chosen) {
    for (const tab of tabs) {
        tab.setAttribute("aria-selected", String(tab === chosen));
        tab.tabIndex = tab === chosen ? 0 : -1;
        element(tab.getAttribute("aria-controls")).hidden = tab !== chosen;
    }
}
for (const [i, tab] of tabs.entries()) {
    tab.onclick = () => choose(tab);
    tab.onkeydown = event => {
        const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!move) return;
        const next = tabs[(i + move + tabs.length) % tabs.length];
        choose(next);
        next.focus();
    };
}

// Files.

async function openFile(file) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (/\.csv$/i.test(file.name)) {
        choose(element("tab-replay"));
        openRecording(bytes, file.name);
        return;
    }
    try {
        await useWeights(bytes, file.name);
        trouble("");
    } catch (error) {
        trouble(error.message); // the model before stays in use
    }
}
element("weights").onchange = event => {
    const [file] = event.target.files;
    if (file) openFile(file);
    event.target.value = "";
};
addEventListener("dragover", event => {
    event.preventDefault();
    document.body.classList.add("dropping");
});
addEventListener("dragleave", () => document.body.classList.remove("dropping"));
addEventListener("drop", event => {
    event.preventDefault();
    document.body.classList.remove("dropping");
    const [file] = event.dataTransfer.files;
    if (file) openFile(file);
});

element("threshold").oninput = event => {
    app.threshold = Number(event.target.value) / 100;
    element("threshold-value").textContent = `${event.target.value} %`;
};

// Without a network after the first visit. Not every browser wants that, and the page works still.
navigator.serviceWorker?.register("service_worker.js").catch(() => {});

setUpLive();
setUpReplay();
setUpTeach();
try {
    const answer = await fetch("weights.safetensors");
    await useWeights(new Uint8Array(await answer.arrayBuffer()), "weights.safetensors");
    document.body.dataset.ready = "yes";
} catch (error) {
    trouble(error.message);
}
