// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Trains in a thread of its own, so that the page stays alive. To stop it is to terminate it.
import { teach } from "./engine.js";

onmessage = async ({ data: { bytes, recordings, plan } }) => {
    try {
        const taught = await teach(bytes, recordings, plan,
            (progress, loss) => postMessage({ progress, loss }));
        postMessage({ taught });
    } catch (error) {
        postMessage({ error: error.message });
    }
};
