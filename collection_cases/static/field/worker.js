/**
 * Lets the field collector's page open without a network: the last copy of the page and its two files.
 * Nothing else is kept, and nothing is sent from here.
 */
"use strict";

const CACHE = "collections-field-1";
const PAGE = "/collections/field";
const FILES = "/collection_cases/static/field/";

async function keepAll() {
    const cache = await caches.open(CACHE);
    await cache.addAll(["field.css", "field.js"].map((name) => FILES + name));
    await page(new Request(PAGE));
    await self.skipWaiting();
}

self.addEventListener("install", (event) => event.waitUntil(keepAll()));

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function page(request) {
    const cache = await caches.open(CACHE);
    try {
        const answer = await fetch(request);
        if (answer.ok && !answer.redirected && new URL(answer.url).pathname === PAGE) {
            await cache.put(PAGE, answer.clone());
        } else if (answer.status < 500) {
            await cache.delete(PAGE); // logged out, or not allowed: what was kept is nobody's any more
        }
        return answer;
    } catch (problem) {
        const kept = await cache.match(PAGE);
        if (kept) {
            return kept;
        }
        throw problem;
    }
}

async function file(request) {
    const cache = await caches.open(CACHE);
    try {
        const answer = await fetch(request);
        if (answer.ok) {
            await cache.put(request, answer.clone());
        }
        return answer;
    } catch (problem) {
        const kept = await cache.match(request);
        if (kept) {
            return kept;
        }
        throw problem;
    }
}

self.addEventListener("fetch", (event) => {
    const { pathname, search } = new URL(event.request.url);
    if (event.request.method !== "GET") {
        return;
    }
    if (event.request.mode === "navigate" && pathname === PAGE && !search) {
        event.respondWith(page(event.request));
    } else if (pathname.startsWith(FILES)) {
        event.respondWith(file(event.request));
    }
});
