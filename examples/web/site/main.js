// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The page: tabs, files that are dropped or picked, and the first model.
import { app, fetched, useWeights } from "./app.js";
import { attempt, element, trouble } from "./display.js";
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

const openFile = (file, isRecording = /\.csv$/i.test(file.name)) => attempt(async () => {
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (isRecording) {
        choose(element("tab-replay"));
        await openRecording(bytes, file.name);
        return;
    }
    await useWeights(bytes, file.name); // or the model before stays in use
    trouble("");
});
for (const input of ["weights", "csv"])
    element(input).onchange = async event => {
        const [file] = event.target.files;
        if (file) await openFile(file, input === "csv");
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
navigator.serviceWorker?.register("service_worker.js", { updateViaCache: "none" }).catch(() => {});

setUpLive();
setUpReplay();
setUpTeach();
await attempt(async () => {
    await useWeights(fetched("weights.safetensors"), "weights.safetensors");
    document.body.dataset.ready = "yes";
});
