// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The phone's accelerometer: `devicemotion` events, gravity included, with their own time stamps.
// Asks for permission where it must, keeps the screen awake, and notices when nothing comes.

const patience = 2000; // ms without an event before we say so

/** Why there is no motion, in words for a person. */
export class MotionError extends Error {}

async function allowed() {
    if (!isSecureContext)
        throw new MotionError("Browsers give motion only to pages from https:// or localhost.");
    if (!("DeviceMotionEvent" in window))
        throw new MotionError("This browser does not know motion sensors. Replay works without.");
    // iOS asks, and only in answer to a touch.
    if (typeof DeviceMotionEvent.requestPermission !== "function") return;
    const answer = await DeviceMotionEvent.requestPermission().catch(() => "denied");
    if (answer !== "granted")
        throw new MotionError("You did not allow motion. To be asked again, close this page and "
            + "open it anew.");
}

// The screen stays on while we listen. A browser that can't do that has to be touched.
class Awake {
    #lock = null;
    #wanted = true;

    /** A browser lets go of the screen when it hides the page: to be called again when it's back. */
    async hold() {
        if (document.visibilityState !== "visible") return;
        this.#lock = await navigator.wakeLock?.request("screen").catch(() => null) ?? null;
        if (!this.#wanted) this.release();
    }

    release() {
        this.#wanted = false;
        this.#lock?.release();
        this.#lock = null;
    }
}

/**
 * Listens until the returned function is called. sample(ms, x, y, z) for every event;
 * silence(true) when the browser stops delivering, silence(false) when it goes on. Throws
 * MotionError if there is nothing to listen to.
 */
export async function listen(sample, silence) {
    await allowed();
    let latest = 0, silent = false, first;
    const started = new Promise(resolve => { first = resolve; });

    const hear = event => {
        const a = event.accelerationIncludingGravity;
        if (a?.x == null || a.y == null || a.z == null) return; // a computer without a sensor
        latest = performance.now();
        first();
        if (silent) silence(silent = false);
        sample(event.timeStamp, a.x, a.y, a.z);
    };
    const watch = () => {
        if (!silent && performance.now() - latest > patience) silence(silent = true);
    };
    const awake = new Awake();
    const back = () => awake.hold();

    addEventListener("devicemotion", hear);
    const timeout = new Promise(resolve => setTimeout(resolve, patience));
    await Promise.race([started, timeout]);
    if (latest === 0) {
        removeEventListener("devicemotion", hear);
        throw new MotionError("No motion sensor answers. This device may have none, or the "
            + "browser's settings forbid it. Replay works without.");
    }
    await awake.hold();
    document.addEventListener("visibilitychange", back);
    const watching = setInterval(watch, patience / 4);
    return () => {
        removeEventListener("devicemotion", hear);
        document.removeEventListener("visibilitychange", back);
        clearInterval(watching);
        awake.release();
    };
}

/**
 * Finds the sign of the axes from a phone that lies flat, screen up: gravity then points out of the
 * screen, +9.8 on z as Android and this library's models have it; iOS says -9.8.
 */
export class FlatStep {
    #since = null;
    #count = 0;
    #sum = 0;

    /** Takes a sample; returns how far the second of lying flat has come, 0 to 1. */
    add(ms, x, y, z) {
        const flat = Math.abs(x) < 2 && Math.abs(y) < 2 && Math.abs(Math.abs(z) - 9.8) < 2;
        const turned = this.#count > 0 && Math.sign(z) !== Math.sign(this.#sum);
        if (!flat || turned) {
            this.#since = null;
            this.#count = this.#sum = 0;
            return 0;
        }
        this.#since ??= ms;
        this.#sum += z;
        ++this.#count;
        return Math.min(1, (ms - this.#since) / 1000);
    }

    /** What to multiply the axes by. */
    get sign() {
        return this.#sum < 0 ? -1 : 1;
    }
}

/** Events per second, by their own time stamps, over the last two seconds. */
export class Rate {
    #times = [];

    add(ms) {
        this.#times.push(ms);
        while (ms - this.#times[0] > 2000) this.#times.shift();
    }

    /** NaN until there is something to measure. */
    get hertz() {
        const times = this.#times;
        return times.length < 10 ? NaN : 1000 * (times.length - 1) / (times.at(-1) - times[0]);
    }
}
