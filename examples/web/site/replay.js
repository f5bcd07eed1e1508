// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Replay: a recording in a file, at the pace at which it happened or faster.
import { app, draw, fetched, hop, look, stop, take } from "./app.js";
import { attempt, element, spoken, trouble } from "./display.js";
import { readRecording } from "./engine.js";

const mostWork = 30; // ms of a frame

let tracks = [];
let frame = 0; // of the animation; 0: not playing

let asked = 0, used = 0; // in which turn
/**
 * Opens a CSV (Uint8Array, or a promise of it) in HHAR's columns, unless one that was asked for later
 * is there first.
 */
export async function openRecording(source, name) {
    const turn = ++asked;
    stop();
    try {
        const read = await readRecording(await source, name);
        if (turn < used) return false;
        used = turn;
        tracks = read;
    } catch (error) {
        trouble(error.message); // what was open before can still be played
        return false;
    }
    stop(); // what was played meanwhile
    trouble("");
    element("track").replaceChildren(...tracks.map((track, i) => new Option(
        `${track.name} (${Math.round(track.seconds(track.count - 1))} s)`, String(i))));
    element("player").hidden = false;
    element("said").textContent = "";
    element("position").value = 0;
    return true;
}

function play() {
    const { model } = app;
    const track = tracks[Number(element("track").value)];
    const length = track.seconds(track.count - 1);
    let position = 0, before = performance.now(), next = 0, looks = 0, right = 0;
    take(() => {
        cancelAnimationFrame(frame);
        frame = 0;
        element("play").textContent = "Play";
    });
    model.startListening(hop);
    element("play").textContent = "Stop";

    const listen = () => {
        let looked = 0;
        const start = performance.now();
        for (; next < track.count && track.seconds(next) <= position; ++next) {
            looked += model.pushRow(track.measured(next));
            if (performance.now() - start < mostWork) continue;
            position = track.seconds(next); // slower than it was asked for, but alive
        }
        return looked;
    };
    const step = now => {
        position += Math.max(0, now - before) / 1000 * Number(element("speed").value);
        before = now;
        const found = look(listen);
        draw();
        element("position").value = length > 0 ? Math.min(1, position / length) : 1;
        const label = next > 0 ? track.label(next - 1) : "";
        if (found && label) {
            ++looks;
            right += found === label ? 1 : 0;
        }
        element("said").textContent = label ? `The file says ${spoken(label)}. `
            + `Right in ${looks ? Math.round(100 * right / looks) : 0} % of ${looks} looks.` : "";
        if (position < length) {
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
    element("simulated").onclick = () => attempt(async () => {
        if (await openRecording(fetched("simulated.csv"), "simulated.csv")) play();
    });
    element("play").onclick = () => (frame ? stop() : play());
    element("track").onchange = stop;
}
