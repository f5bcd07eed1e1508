// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What the page shows of a model at work: the class, its probabilities, the signal.

export const element = id => document.getElementById(id);

const names = {
    walk: "walking", sit: "sitting", stand: "standing", bike: "cycling",
    stairsup: "upstairs", stairsdown: "downstairs", null: "something else",
};
/** A class as a person would say it. */
export const spoken = name => (Object.hasOwn(names, name) ? names[name] : name);

/** Rounded down: what is below a threshold doesn't look as if it had reached it. */
const percent = p => `${Math.floor(100 * p)} %`;

/** A number in three digits, or fewer if it has no more. */
export const rounded = number => Number(number.toPrecision(3));

/** Says what is wrong, until it isn't. */
export function trouble(words) {
    element("trouble").textContent = words ?? "";
    element("trouble").hidden = !words;
}

/** Does what may fail, and says why it did. */
export async function attempt(work) {
    try {
        return await work();
    } catch (error) {
        trouble(error.message);
        return undefined;
    }
}

/** Says words to those who listen to the page. */
export const announce = words => { element("spoken").textContent = words; };

// The class and the bars.

let bars = [];

/** New classes, and nothing known of any. */
export function showClasses(classes) {
    bars = classes.map(name => {
        const item = document.createElement("li");
        item.dataset.class = name;
        item.innerHTML = `<span class="name"></span><span class="bar"><i></i></span>
            <span class="share"></span>`;
        item.querySelector(".name").textContent = spoken(name);
        return item;
    });
    element("bars").replaceChildren(...bars);
    showNothing();
}

export function showNothing(words = "ready") {
    element("verdict").textContent = words;
    element("verdict").className = "unsure";
    element("verdict").dataset.class = "";
    element("sure").textContent = "\u00a0";
    for (const bar of bars) {
        bar.className = "";
        bar.querySelector("i").style.width = 0;
        bar.querySelector(".share").textContent = "";
    }
    said = heard = "";
}

/** Shows probabilities; below `threshold` the model would rather not say. Returns the class. */
export function showProbabilities(classes, probabilities, threshold) {
    const best = probabilities.indexOf(Math.max(...probabilities));
    if (best < 0) { // they are not numbers
        showNothing("unsure");
        return element("verdict").dataset.class = "unsure";
    }
    const sure = probabilities[best] >= threshold;
    element("verdict").textContent = sure ? spoken(classes[best]) : "unsure";
    element("verdict").className = sure ? "" : "unsure";
    element("verdict").dataset.class = sure ? classes[best] : "unsure";
    element("sure").textContent = sure ? percent(probabilities[best])
        : `${spoken(classes[best])}? ${percent(probabilities[best])}`;
    bars.forEach((bar, k) => {
        bar.className = k === best ? "best" : "";
        bar.querySelector("i").style.width = `${100 * probabilities[k]}%`;
        bar.querySelector(".share").textContent = percent(probabilities[k]);
    });
    say(element("verdict").textContent);
    return sure ? classes[best] : "unsure";
}

// A screen reader hears a class once it has lasted a second, not five times a second.
let said = "", heard = "", since = 0;
function say(words) {
    if (words !== heard) {
        heard = words;
        since = performance.now();
    } else if (words !== said && performance.now() - since > 1000) {
        announce(said = words);
    }
}

// The signal.

const limit = 20; // m/s^2, up and down

/** Draws samples (n x 3), the newest at the right, of the `steps` that fit in. */
export function drawTrace(samples, steps) {
    const canvas = element("trace");
    const scale = devicePixelRatio || 1;
    const width = canvas.width = Math.round(canvas.clientWidth * scale);
    const height = canvas.height = Math.round(canvas.clientHeight * scale);
    const style = getComputedStyle(canvas);
    const to = canvas.getContext("2d");
    const left = 56 * scale; // of it are the numbers
    const y = value => height / 2 - value / limit * height / 2;

    to.strokeStyle = style.getPropertyValue("--line");
    to.lineWidth = scale;
    to.beginPath();
    to.font = `${13 * scale}px system-ui, sans-serif`;
    to.fillStyle = style.getPropertyValue("--soft");
    for (const [value, words] of [[10, "10 m/s²"], [0, "0"], [-10, "\u221210"]]) {
        to.fillText(words, 0, y(value) + 4.5 * scale);
        to.moveTo(left, y(value));
        to.lineTo(width, y(value));
    }
    to.stroke();

    const count = samples.length / 3;
    to.lineWidth = 2 * scale;
    to.lineJoin = "round";
    ["--x", "--y", "--z"].forEach((color, axis) => {
        to.strokeStyle = style.getPropertyValue(color);
        to.beginPath();
        for (let i = 0; i < count; ++i)
            to.lineTo(left + (steps - count + i) / Math.max(steps - 1, 1) * (width - left),
                y(samples[3 * i + axis]));
        to.stroke();
    });
}
