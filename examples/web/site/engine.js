// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The library in WebAssembly. A Model is an instance of the module with one file of weights in it;
// whatever its C functions throw comes out as an Error with the library's own words.

// A function that returns a vector constant: valid only where SIMD is.
const simdProbe = Uint8Array.of(
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7b, 3, 2, 1, 0, 10, 22, 1, 20, 0,
    0xfd, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11);

/** Which build of the module this browser runs: "simd" or "scalar". */
export const build = WebAssembly.validate(simdProbe) ? "simd" : "scalar";

/** The texts that a safetensors file carries beside its tensors; lists and numbers are JSON. */
function metadata(bytes) {
    const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    return header.__metadata__ ?? {};
}

export class Model {
    /**
     * Opens weights (Uint8Array of a safetensors file); `name` is for messages. Throws the loader's
     * error if it refuses them. `kind` is for tests and benchmarks.
     */
    static async open(bytes, name, kind = build) {
        const { default: instantiate } = await import(`./gait-${kind}.mjs`);
        const model = new Model(await instantiate(), bytes, name);
        model.#call("_open_model", model.#text(name));
        model.#describe();
        return model;
    }

    #module;

    constructor(module, bytes, name) {
        this.#module = module;
        this.name = name;
        this.bytes = bytes;
        module.FS.mkdir("/files"); // no name that a file brings along is taken there
        module.FS.chdir("/files");
        module.FS.writeFile(name, bytes);
    }

    #describe() {
        const texts = metadata(this.bytes);
        const count = this.#module._class_count();
        this.classes = texts.classes ? JSON.parse(texts.classes)
            : Array.from({ length: count }, (_, k) => String(k));
        this.rate = Number(texts.rate_hz);
        this.steps = this.#module._window_steps();
        this.instructions = this.#module.UTF8ToString(this.#module._instruction_set());
    }

    #call(name, ...values) {
        try {
            return this.#module[name](...values);
        } catch (thrown) {
            // A C++ exception arrives as the place where it lies.
            if (typeof thrown !== "number") throw thrown;
            throw new Error(this.#module.UTF8ToString(this.#module._reason(thrown)));
        }
    }

    #text(words) {
        const size = this.#module.lengthBytesUTF8(words) + 1;
        const at = this.#module._malloc(size);
        this.#module.stringToUTF8(words, at, size);
        return at;
    }

    #floats(at, count) {
        return this.#module.HEAPF32.subarray(at / 4, at / 4 + count);
    }

    /** Probabilities of the window that was looked at last; a view, good until the next call. */
    get probabilities() {
        return this.#floats(this.#module._probabilities_at(), this.classes.length);
    }

    /** The classes' probabilities for a window (steps x 3) in raw units. */
    classify(window) {
        this.#floats(this.#module._window_at(), 3 * this.steps).set(window);
        this.#call("_classify_window");
        return this.probabilities;
    }

    /** The logits of a window. */
    logits(window) {
        this.#floats(this.#module._window_at(), 3 * this.steps).set(window);
        this.#call("_logits_of_window");
        return this.probabilities;
    }

    // A signal.

    /** Forgets what was heard; the last window is looked at again every `hop` samples. */
    startListening(hop) {
        this.#call("_start_listening", hop);
    }

    /** Takes a sample; `ms` on any clock. Returns how many windows were classified. */
    push(ms, x, y, z) {
        return this.#call("_push_sample", ms, x, y, z);
    }

    /** The samples (n x 3) of the last window that have been heard so far, at the model's rate. */
    signal() {
        const heard = this.#call("_look_at_signal");
        return this.#floats(this.#module._window_at(), 3 * heard);
    }

    // A recording in a file.

    /** Opens a CSV (Uint8Array) in HHAR's columns; returns its tracks: [{name, seconds}]. */
    openReplay(bytes, name) {
        this.#module.FS.writeFile(name, bytes);
        const at = this.#text(name);
        const count = this.#call("_open_replay", at);
        this.#module._free(at);
        this.#module.FS.unlink(name);
        return Array.from({ length: count }, (_, i) => ({
            name: this.#module.UTF8ToString(this.#module._replay_name(i)),
            seconds: this.#module._replay_length(i),
        }));
    }

    startReplay(track, hop) {
        this.#call("_start_replay", track, hop);
    }

    /** Plays on to `seconds`. Returns how many windows were classified. */
    replayUntil(seconds) {
        return this.#call("_replay_until", seconds);
    }

    /** What the file says that was being done, or "". */
    get label() {
        return this.#module.UTF8ToString(this.#module._replay_label());
    }

    // Teaching.

    /**
     * Learns from recordings [{label, rows: [[ms, x, y, z], ...]}], label an index of a class.
     * Returns {learnt, judged, before, after}: windows and accuracies.
     */
    learn(recordings, { allLayers, epochs }, progress) {
        for (const { label, rows } of recordings) {
            this.#call("_record", label);
            for (const row of rows) this.#call("_record_sample", ...row);
        }
        this.#module.progress = progress;
        const at = this.#call("_learn", allLayers ? 1 : 0, epochs) / 8;
        const [learnt, judged, before, after] = this.#module.HEAPF64.subarray(at, at + 4);
        return { learnt, judged, before, after };
    }

    /** The weights as a safetensors file. */
    save() {
        const at = this.#text("taught.safetensors");
        this.#call("_save_model", at);
        this.#module._free(at);
        return this.#module.FS.readFile("taught.safetensors");
    }
}
