// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Trains in a thread of its own, so that the page stays alive. To stop it is to terminate it.
import { Model } from "./engine.js";

onmessage = async ({ data: { bytes, name, recordings, plan } }) => {
    try {
        const model = await Model.open(bytes, name);
        const report = model.learn(recordings, plan,
            (progress, loss) => postMessage({ progress, loss }));
        postMessage({ report, bytes: model.save() });
    } catch (error) {
        postMessage({ error: error.message });
    }
};
