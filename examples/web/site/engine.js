// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The library in WebAssembly: a module to listen with, one to teach with and one that reads
// recordings. A model is an instance with one file of weights in it; whatever its C functions throw
// comes out as an Error with the library's own words.

// A function that returns a vector constant: valid only where SIMD is.
const simdProbe = Uint8Array.of(
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7b, 3, 2, 1, 0, 10, 22, 1, 20, 0,
    0xfd, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11);

/** Which build of the modules this browser runs: "simd" or "scalar". */
export const build = WebAssembly.validate(simdProbe) ? "simd" : "scalar";

/** An instance of a module. */
class Instance {
    #module;

    static async make(name) {
        const { default: instantiate } = await import(`./${name}.mjs`);
        const instance = new Instance();
        instance.#module = await instantiate();
        instance.#module.FS?.mkdir("/files"); // no name that a file brings along is taken there
        instance.#module.FS?.chdir("/files");
        return instance;
    }

    get raw() {
        return this.#module;
    }

    /** Calls a C function. Texts are passed as such. */
    call(name, ...values) {
        const { stackSave, stackAlloc, stackRestore, lengthBytesUTF8, stringToUTF8 } = this.#module;
        const stack = stackSave();
        const passed = values.map(value => {
            if (typeof value !== "string") return value;
            const size = lengthBytesUTF8(value) + 1;
            const at = stackAlloc(size);
            stringToUTF8(value, at, size);
            return at;
        });
        try {
            return this.#module[`_${name}`](...passed);
        } catch (thrown) {
            // A C++ exception arrives as the place where it lies.
            if (typeof thrown !== "number") throw thrown;
            throw new Error(this.text(this.#module._reason(thrown)));
        } finally {
            stackRestore(stack);
        }
    }

    text(at) {
        return this.#module.UTF8ToString(at);
    }

    floats(at, count) {
        return this.#module.HEAPF32.subarray(at / 4, at / 4 + count);
    }

    doubles(at, count) {
        return this.#module.HEAPF64.subarray(at / 8, at / 8 + count);
    }

    write(name, bytes) {
        this.#module.FS.writeFile(name, bytes);
    }

    read(name) {
        return this.#module.FS.readFile(name);
    }
}

/** The texts that a safetensors file carries beside its tensors; lists and numbers are JSON. */
export function metadata(bytes) {
    const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    return header.__metadata__ ?? {};
}

/** A model that classifies what it hears. */
export class Model {
    #engine;

    /**
     * Opens weights (Uint8Array of a safetensors file); `name` is for messages. Throws the loader's
     * error if it refuses them. `kind` is for tests and benchmarks.
     */
    static async open(bytes, name, kind = build) {
        const model = new Model();
        const engine = model.#engine = await Instance.make(`listen-${kind}`);
        engine.write(name, bytes);
        engine.call("open_model", name);
        const texts = metadata(bytes); // which the loader has found to be sound
        Object.assign(model, {
            name,
            bytes,
            classes: texts.classes ? JSON.parse(texts.classes)
                : Array.from({ length: engine.call("class_count") }, (_, k) => String(k)),
            rate: Number(texts.rate_hz),
            steps: engine.call("window_steps"),
            instructions: engine.text(engine.call("instruction_set")),
        });
        return model;
    }

    /** Probabilities of the window that was looked at last; a view, good until the next call. */
    get probabilities() {
        return this.#engine.floats(this.#engine.call("probabilities_at"), this.classes.length);
    }

    #setWindow(window) {
        this.#engine.floats(this.#engine.call("window_at"), 3 * this.steps).set(window);
    }

    /** The classes' probabilities for a window (steps x 3) in raw units. */
    classify(window) {
        this.#setWindow(window);
        this.#engine.call("classify_window");
        return this.probabilities;
    }

    /** The logits of a window. */
    logits(window) {
        this.#setWindow(window);
        this.#engine.call("logits_of_window");
        return this.probabilities;
    }

    // A lesson.

    /** Gives a teaching instance its numbers to change. */
    lend(lesson) {
        const own = this.#engine, count = own.call("parameter_count");
        lesson.call("begin", count, this.steps, this.rate, own.call("features_first"),
            own.call("up_at") ? 1 : 0);
        for (const name of this.classes) lesson.call("name_class", name);
        for (const [where, size] of [["parameters_at", count], ["mean_at", 3], ["deviation_at", 3],
            ["up_at", 3]]) {
            const from = own.call(where);
            if (from) lesson.floats(lesson.call(where), size).set(own.floats(from, size));
        }
    }

    /** A file (Uint8Array) of this model with the numbers of a teaching instance. */
    savedWith(lesson) {
        const own = this.#engine, count = own.call("parameter_count");
        own.floats(own.call("parameters_at"), count)
            .set(lesson.floats(lesson.call("parameters_at"), count));
        own.call("save_model", "saved");
        return own.read("saved");
    }

    // A signal.

    /** Forgets what was heard; the last window is looked at again every `hop` samples. */
    startListening(hop) {
        this.#engine.call("start_listening", hop);
    }

    /** Takes a sample; `ms` on any clock. Returns how many windows were classified. */
    push(ms, x, y, z) {
        return this.#engine.call("push_sample", ms, x, y, z);
    }

    /** Takes a row of a recording: what a track has `measured`. */
    pushRow(row) {
        return this.#engine.call("push_row", ...row);
    }

    /** The samples (n x 3) of the last window that have been heard so far, at the model's rate. */
    signal() {
        const heard = this.#engine.call("look_at_signal");
        return this.#engine.floats(this.#engine.call("window_at"), 3 * heard);
    }
}

/** What one user's one device recorded, row by row. */
class Track {
    static columns = 8; // seconds, six that a model listens to, label
    #rows;
    #labels;

    constructor(name, rows, labels) {
        Object.assign(this, { name, count: rows.length / Track.columns });
        this.#rows = rows;
        this.#labels = labels;
    }

    #row(i) {
        return this.#rows.subarray(Track.columns * i, Track.columns * (i + 1));
    }

    /** Since the track's first row. */
    seconds(i) {
        return this.#row(i)[0];
    }

    /** What a model takes by `pushRow`. */
    measured(i) {
        return this.#row(i).subarray(1, 7);
    }

    /** What the file says that was being done, or "". */
    label(i) {
        return this.#labels[this.#row(i)[7]];
    }
}

/**
 * Reads a CSV (Uint8Array) in HHAR's columns. Resolves to its tracks, or throws the reader's error
 * if it refuses the file.
 */
export async function readRecording(bytes, name) {
    const engine = await Instance.make("read");
    engine.write(name, bytes);
    const count = engine.call("open_recording", name);
    const labels = Array.from({ length: engine.call("label_count") },
        (_, i) => engine.text(engine.call("label_name", i)));
    return Array.from({ length: count }, (_, i) => new Track(
        engine.text(engine.call("track_name", i)),
        engine.doubles(engine.call("rows_at", i), Track.columns * engine.call("track_rows", i))
            .slice(),
        labels));
}

/**
 * Teaches a model what was recorded: [{label, rows: [[ms, x, y, z], ...]}], label the index of a
 * class. `bytes` are its weights (Uint8Array). Resolves to the new weights and how they do:
 * {bytes, learnt, judged, before, after}, windows and accuracies.
 */
export async function teach(bytes, recordings, { allLayers, epochs }, progress, kind = build) {
    const model = await Model.open(bytes, "weights", kind);
    const engine = await Instance.make(`teach-${kind}`);
    engine.raw.progress = progress;
    model.lend(engine);
    for (const { label, rows } of recordings) {
        engine.call("record", label);
        for (const row of rows) engine.call("record_sample", ...row);
    }
    const [learnt, judged, before, after] =
        engine.doubles(engine.call("learn", allLayers ? 1 : 0, epochs), 4);
    return { bytes: model.savedWith(engine), learnt, judged, before, after };
}
