/**
 * The field collector's page. Every entry gets an identifier, is kept on the phone, then sent; it leaves the
 * phone only when the server has answered. The server does an entry once however often it arrives.
 */
(() => {
    "use strict";

    const element = (id) => document.getElementById(id);
    const data = element("data").dataset;
    const config = JSON.parse(data.config);
    const visits = JSON.parse(data.visits);
    const texts = config.texts;
    const RETRY = 15000;
    const TIMEOUT = 60000;

    // ---------------------------------------------------------------- what is kept on the phone

    function read(key) {
        try {
            return JSON.parse(localStorage.getItem(key)) || [];
        } catch {
            return [];
        }
    }

    function write(key, rows) {
        localStorage.setItem(key, JSON.stringify(rows));
    }

    const queue = () => read(config.store);

    /** What a card and the entries about it have in common: the planned visit, or the case without one. */
    const keyOf = (said) => String(said.activity || `case-${said.case}`);

    /** Change one entry of the queue; without `change` it leaves the queue. */
    function update(uuid, change) {
        const rows = queue();
        write(
            config.store,
            change
                ? rows.map((row) => (row.said.uuid === uuid ? { ...row, ...change } : row))
                : rows.filter((row) => row.said.uuid !== uuid),
        );
    }

    function keep(row) {
        const rows = queue();
        if (!rows.some((other) => other.said.uuid === row.said.uuid)) {
            write(config.store, [...rows, row]);
        }
    }

    function remember(row, answer) {
        const day = new Date().toDateString();
        const done = read(`${config.store}_done`).filter((other) => other.day === day && other.uuid !== row.said.uuid);
        done.push({ ...answer, day, uuid: row.said.uuid, who: row.who, key: keyOf(row.said) });
        write(`${config.store}_done`, done);
    }

    function identifier() {
        if (crypto.randomUUID) {
            return crypto.randomUUID();
        }
        const bytes = crypto.getRandomValues(new Uint8Array(16));
        return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    }

    // ---------------------------------------------------------------- sending

    let sending = false;
    let timer = null;
    let trouble = null;

    async function post(said) {
        const form = new FormData();
        form.append("csrf_token", element("token").value);
        form.append("entry", JSON.stringify(said));
        const stop = new AbortController();
        const limit = setTimeout(() => stop.abort(), TIMEOUT);
        try {
            return await fetch(config.post, {
                method: "POST",
                body: form,
                credentials: "same-origin",
                signal: stop.signal,
            });
        } finally {
            clearTimeout(limit);
        }
    }

    /** Fetch the page for a fresh token; false when the session has ended. */
    async function renew() {
        const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store" });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const token = page.getElementById("token");
        if (token) {
            element("token").value = token.value;
        }
        return Boolean(token);
    }

    /** Send one entry. Returns true to go on, false to wait. */
    async function send(row) {
        let answer = await post(row.said);
        if (answer.status === 400) {
            if (!(await renew())) {
                trouble = "login";
                return false;
            }
            answer = await post(row.said);
        }
        const type = answer.headers.get("Content-Type") || "";
        if (!type.includes("json")) {
            trouble = answer.redirected || answer.status < 500 ? "login" : "offline";
            return false;
        }
        const body = await answer.json();
        if (answer.ok) {
            remember(row, body);
            update(row.said.uuid);
            return true;
        }
        if (body.refused) {
            update(row.said.uuid, { refused: body.refused });
            return true;
        }
        trouble = "offline";
        return false;
    }

    async function flush() {
        if (sending) {
            return;
        }
        sending = true;
        trouble = null;
        clearTimeout(timer);
        try {
            for (;;) {
                const row = queue().find((entry) => !entry.refused);
                if (!row) {
                    break;
                }
                show();
                if (!(await send(row))) {
                    break;
                }
            }
        } catch {
            trouble = "offline";
        }
        sending = false;
        show();
        if (queue().some((entry) => !entry.refused)) {
            timer = setTimeout(flush, RETRY);
        }
    }

    // ---------------------------------------------------------------- showing

    function make(tag, attributes = {}, ...children) {
        const node = Object.assign(document.createElement(tag), attributes);
        node.append(...children);
        return node;
    }

    function fill(text, values) {
        return text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
    }

    function showState() {
        const waiting = queue().filter((row) => !row.refused).length;
        const state = element("state");
        const parts = [];
        if (trouble === "login") {
            parts.push(texts.login);
        } else if (!navigator.onLine || trouble) {
            parts.push(texts.offline);
        }
        if (waiting) {
            parts.push(sending ? texts.sending : fill(texts.waiting, { count: waiting }));
        }
        state.hidden = !parts.length;
        state.className = trouble || !navigator.onLine ? "trouble" : "busy";
        state.replaceChildren(parts.join(" "));
        if (trouble === "login") {
            const back = encodeURIComponent(location.pathname);
            state.append(" ", make("a", { href: `/web/login?redirect=${back}` }, "→"));
        }
    }

    function showQueue() {
        const rows = queue().filter((row) => row.refused);
        element("queue").replaceChildren(
            ...rows.map((row) => {
                const visit = visits[keyOf(row.said)];
                const change = make("button", { type: "button", className: "main" }, texts.change);
                change.hidden = !visit;
                change.addEventListener("click", () => open(row.said.kind, visit, texts[row.said.kind], row.said));
                const again = make("button", { type: "button" }, texts.retry);
                again.addEventListener("click", () => {
                    update(row.said.uuid, { refused: undefined });
                    flush();
                });
                const away = make("button", { type: "button" }, texts.discard);
                away.addEventListener("click", () => {
                    if (confirm(texts.discardSure)) {
                        update(row.said.uuid);
                        show();
                    }
                });
                return make(
                    "div",
                    { className: "card refused" },
                    make("b", {}, `${row.who} · ${row.label}`),
                    make("p", {}, fill(texts.refused, { why: row.refused })),
                    make("div", { className: "do" }, change, again, away),
                );
            }),
        );
        const done = read(`${config.store}_done`).filter((row) => row.day === new Date().toDateString());
        if (done.length) {
            const list = done.map((row) => {
                const item = make("li", {}, make("b", {}, row.who), " ", row.message);
                if (row.receipt) {
                    const href = config.receipt + row.receipt.id;
                    item.append(" ", make("a", { href, target: "_blank", rel: "noopener" }, texts.receipt));
                }
                for (const warning of row.warnings || []) {
                    item.append(make("small", { className: "warning" }, warning));
                }
                return item;
            });
            element("queue").append(
                make("div", { className: "card done" }, make("h3", {}, texts.done), make("ul", {}, ...list)),
            );
        }
    }

    function showCards() {
        const waiting = new Set(
            queue()
                .filter((row) => !row.refused)
                .map((row) => keyOf(row.said)),
        );
        const done = new Set(read(`${config.store}_done`).map((row) => row.key));
        for (const card of document.querySelectorAll("article")) {
            const { key, planned } = card.dataset;
            card.classList.toggle("waiting", waiting.has(key));
            card.classList.toggle("gone", Boolean(planned) && done.has(key) && !waiting.has(key));
            let hint = card.querySelector(".kept");
            if (waiting.has(key) && !hint) {
                hint = make("p", { className: "kept" }, texts.kept);
                card.append(hint);
            } else if (!waiting.has(key) && hint) {
                hint.remove();
            }
        }
    }

    function show() {
        showState();
        showQueue();
        showCards();
    }

    // ---------------------------------------------------------------- entering

    const sheet = element("sheet");
    const form = element("entry");
    let current = null;

    function iso(days) {
        const day = new Date();
        day.setDate(day.getDate() + days);
        const two = (number) => String(number).padStart(2, "0");
        return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
    }

    const boxes = () => [...form.querySelectorAll("#pick input")];
    const picked = () => boxes().filter((box) => box.checked);

    /** Sum what is chosen, in whole cents, because 0.1 + 0.2 is not 0.3. */
    function sum() {
        const items = picked().map((box) => current.visit.items.find((item) => item.id === Number(box.value)));
        const step = items.length ? items[0].step : 0.01;
        const places = Math.max(0, Math.round(-Math.log10(step)));
        const credit = items.length ? current.visit.credits[items[0].currency] || 0 : 0;
        const total = items.reduce((value, item) => value + Math.round(item.open / step), 0);
        return (Math.max(0, total - Math.round(credit / step)) * step).toFixed(places);
    }

    function choose(box) {
        if (box && box.checked) {
            for (const other of boxes()) {
                if (other.dataset.currency !== box.dataset.currency) {
                    other.checked = false;
                }
            }
        }
        const first = picked()[0] || boxes()[0];
        element("symbol").textContent = first ? first.dataset.symbol : "";
        form.amount.step = first ? first.dataset.step : "0.01";
        form.amount.value = sum();
    }

    function arrange() {
        const kinds = new Set([current.kind]);
        if (current.kind === "payment" && form.method.value === "cheque") {
            kinds.add("cheque");
        }
        for (const part of form.querySelectorAll("[data-for]")) {
            part.hidden = !part.dataset.for.split(" ").some((kind) => kinds.has(kind));
        }
    }

    /** Put what was entered before back into the form. */
    function refill(said) {
        for (const [name, value] of Object.entries({ ...said, ...said.cheque })) {
            if (form.elements[name] && typeof value === "string") {
                form.elements[name].value = value;
            }
        }
        arrange();
    }

    /** Open the sheet; `before` is an entry that was refused and is entered anew. */
    function open(kind, visit, title, before) {
        form.reset();
        current = { kind, visit, uuid: identifier(), before };
        element("sheet-title").textContent = title;
        element("sheet-who").textContent = `${visit.customer} · ${visit.overdue}`;
        element("problem").textContent = "";
        const late = visit.items.filter((item) => item.late);
        let chosen = late.length ? late : visit.items;
        if (before && before.items) {
            chosen = visit.items.filter((item) => before.items.includes(item.id));
        }
        element("pick").replaceChildren(
            ...visit.items.map((item) => {
                const box = make("input", { type: "checkbox", value: item.id });
                box.checked = chosen.includes(item) && item.currency === chosen[0].currency;
                box.dataset.currency = item.currency;
                box.dataset.symbol = item.symbol;
                box.dataset.step = item.step;
                box.addEventListener("change", () => choose(box));
                const why = item.why_not.length ? [make("small", {}, item.why_not.join(" · "))] : [];
                return make("label", {}, box, make("span", {}, item.name, ...why), make("b", {}, item.text));
            }),
        );
        element("credits").hidden = !visit.credits_text;
        element("credits").querySelector("span").textContent = visit.credits_text;
        choose();
        form.email.value = visit.email;
        form.next_date.value = iso(1);
        form.next_date.min = form.date.min = iso(0);
        form.due_date.value = iso(0);
        arrange();
        if (before) {
            refill(before);
        }
        sheet.showModal();
    }

    function collect() {
        const { kind, visit, uuid } = current;
        const text = (name) => form[name].value.trim();
        const at = new Date().toISOString().slice(0, 19).replace("T", " ");
        const said = { uuid, kind, case: visit.case, activity: visit.activity, at, note: text("note") };
        if (kind === "visit") {
            said.outcome = form.outcome.value;
            said.next_date = text("next_date");
            return said;
        }
        if (!(Number(text("amount")) > 0)) {
            throw new Error(texts.amount);
        }
        said.amount = text("amount");
        said.items = picked().map((box) => Number(box.value));
        if (kind === "promise") {
            said.date = text("date");
            if (!said.date) {
                throw new Error(texts.date);
            }
            return said;
        }
        said.method = form.method.value;
        said.email = text("email");
        if (said.method === "cheque") {
            said.cheque = Object.fromEntries(
                ["number", "bank", "drawer", "due_date"].map((name) => [name, text(name)]),
            );
            if (!said.cheque.number) {
                throw new Error(texts.number);
            }
        }
        return said;
    }

    /** Note the position only where the phone has been allowed to tell it before: nobody is asked at the door. */
    async function position() {
        try {
            const allowed = await navigator.permissions.query({ name: "geolocation" });
            if (allowed.state !== "granted") {
                return {};
            }
            const { coords } = await new Promise((resolve, reject) =>
                navigator.geolocation.getCurrentPosition(resolve, reject, { timeout: 2000, maximumAge: 60000 }),
            );
            return { latitude: coords.latitude, longitude: coords.longitude };
        } catch {
            return {};
        }
    }

    async function save(event) {
        event.preventDefault();
        const button = element("save");
        if (button.disabled) {
            return;
        }
        button.disabled = true;
        try {
            const said = collect();
            const total = sum();
            if (said.kind === "payment" && Number(said.amount) > Number(total) && !confirm(texts.above)) {
                return;
            }
            const where = said.kind === "payment" ? await position() : {};
            keep({ said: { ...said, ...where }, who: current.visit.customer, label: texts[said.kind] });
            if (current.before) {
                update(current.before.uuid);
            }
            sheet.close();
            if (!said.activity) {
                forgetFound();
            }
            show();
            scrollTo({ top: 0, behavior: "smooth" });
            flush();
        } catch (problem) {
            element("problem").textContent = problem.name === "QuotaExceededError" ? texts.noStore : problem.message;
        } finally {
            button.disabled = false;
        }
    }

    // ---------------------------------------------------------------- customers without a planned visit

    const search = element("find");

    function forgetFound() {
        search.reset();
        element("found").replaceChildren();
    }

    async function find(event) {
        event.preventDefault();
        const place = element("found");
        place.setAttribute("aria-busy", "true");
        try {
            const asked = new URLSearchParams({ q: search.q.value.trim() });
            const answer = await fetch(`${config.search}?${asked}`, { credentials: "same-origin", cache: "no-store" });
            const type = answer.headers.get("Content-Type") || "";
            if (!type.includes("json")) {
                trouble = "login";
                showState();
                return;
            }
            const body = await answer.json();
            Object.assign(visits, body.visits);
            const page = new DOMParser().parseFromString(body.cards || "", "text/html");
            place.replaceChildren(
                ...(body.refused ? [make("p", { className: "empty" }, body.refused)] : page.body.children),
            );
            listen(place);
            show();
        } catch {
            place.replaceChildren(make("p", { className: "empty" }, texts.searchOffline));
        } finally {
            place.removeAttribute("aria-busy");
        }
    }

    // ---------------------------------------------------------------- starting

    function listen(place) {
        for (const button of place.querySelectorAll("[data-open]")) {
            const card = button.closest("article");
            button.addEventListener("click", () =>
                open(button.dataset.open, visits[card.dataset.key], button.textContent),
            );
        }
    }

    listen(document);
    if (search) {
        search.addEventListener("submit", find);
    }
    form.addEventListener("submit", save);
    form.addEventListener("change", (event) => event.target.name === "method" && arrange());
    form.addEventListener("input", () => (element("problem").textContent = ""));
    element("cancel").addEventListener("click", () => sheet.close());
    addEventListener("online", flush);
    addEventListener("offline", show);
    addEventListener("storage", show);
    document.addEventListener("visibilitychange", () => document.hidden || flush());
    if ("serviceWorker" in navigator) {
        navigator.serviceWorker.register(config.worker, { scope: location.pathname }).catch(() => {});
    }
    show();
    flush();
})();
