// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Replay: a recording in a file, at the pace at which it happened or faster.
import { app, draw, hop, look, onModel, stop, take } from "./app.js";
import { element, spoken, trouble } from "./display.js";

let file = null;   // {bytes, name}
let tracks = [];
let frame = 0;     // of the animation; 0: not playing

/** Opens a CSV (Uint8Array) in HHAR's columns. */
export function openRecording(bytes, name) {
    stop();
    try {
        tracks = app.model.openReplay(bytes, name);
    } catch (error) {
        trouble(error.message);
        return;
    }
    trouble("");
    file = { bytes, name };
    element("track").replaceChildren(...tracks.map(({ name, seconds }, i) =>
        new Option(`${name} (${Math.round(seconds)} s)`, String(i))));
    element("player").hidden = false;
    element("said").textContent = "";
    element("position").value = 0;
}

function play() {
    const { model } = app;
    const track = Number(element("track").value);
    const { seconds } = tracks[track];
    let position = 0, before = performance.now(), looks = 0, right = 0;
    take(() => {
        cancelAnimationFrame(frame);
        frame = 0;
        element("play").textContent = "Play";
    });
    model.startReplay(track, hop);
    element("play").textContent = "Stop";
    element("position").value = 0;

    const step = now => {
        position += (now - before) / 1000 * Number(element("speed").value);
        before = now;
        const found = look(() => model.replayUntil(position));
        draw();
        element("position").value = Math.min(1, position / seconds);
        const { label } = model;
        if (found && label) {
            ++looks;
            right += found === label ? 1 : 0;
        }
        element("said").textContent = label ? `The file says ${spoken(label)}. `
            + `Right in ${looks ? Math.round(100 * right / looks) : 0} % of ${looks} looks.` : "";
        if (position < seconds) {
            frame = requestAnimationFrame(step);
        } else {
            const words = element("said").textContent;
            stop();
            element("said").textContent = words;
        }
    };
    frame = requestAnimationFrame(step);
}

export function setUpReplay() {
    element("simulated").onclick = async () => {
        const answer = await fetch("simulated.csv");
        openRecording(new Uint8Array(await answer.arrayBuffer()), "simulated.csv");
        if (tracks.length > 0) play();
    };
    element("csv").onchange = async event => {
        const [picked] = event.target.files;
        if (picked) openRecording(new Uint8Array(await picked.arrayBuffer()), picked.name);
        event.target.value = "";
    };
    element("play").onclick = () => (frame ? stop() : play());
    element("track").onchange = stop;
    onModel(() => {
        if (file) openRecording(file.bytes, file.name); // into the new model's instance
    });
}
