// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The page without a network: all of its files are kept at the first visit and served from there.
// A new build has another version, is kept beside the old one, and takes over at the next visit.
importScripts("files.js"); // version and files, by the build

const prefix = `gait ${registration.scope} `; // caches are an origin's, and it may have several pages
const cacheName = prefix + version;

addEventListener("install", event => event.waitUntil(
    caches.open(cacheName).then(cache =>
        cache.addAll(files.map(file => new Request(file, { cache: "reload" }))))));

addEventListener("activate", event => event.waitUntil((async () => {
    for (const name of await caches.keys())
        if (name.startsWith(prefix) && name !== cacheName) await caches.delete(name);
    await clients.claim();
})()));

addEventListener("fetch", event => event.respondWith((async () => {
    const cache = await caches.open(cacheName);
    return await cache.match(event.request, { ignoreSearch: true }) ?? fetch(event.request);
})()));
