"""A small synchronisation engine in Python's standard library: it keeps linked
customers of Genesys Cloud and a REST CRM in step, and is here to show how an
engine in any language is put to the test (docs/foreign-engines.md).

It makes no customers, merges none, and asks nobody: where both sides changed
one field, the higher version wins and then the later change, however close they
are. The scenario that wants a person to decide that is one that it fails.
"""
import base64
import datetime
import hashlib
import hmac
import http.server
import json
import os
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

ENV = os.environ
SPEED = float(ENV["SYNCPROOF_SPEED"])
STATE = os.path.join(ENV["SYNCPROOF_STATE_DIR"], "state.json")
with open(ENV["SYNCPROOF_SETTINGS"], encoding="utf-8") as settings:
    SETTINGS = json.load(settings)
FIELDS = [f for f in SETTINGS["mapping"]["fields"] if not f.get("purpose")]
VERSION = next(f for f in SETTINGS["mapping"]["fields"] if f.get("purpose") == "Version")


class System:
    """One side's HTTP interface: a token, requests, and pauses it asks for."""

    def __init__(self, name):
        self.url, self.login = ENV[f"SYNCPROOF_{name}_URL"], ENV[f"SYNCPROOF_{name}_LOGIN_URL"]
        self.id, self.secret = ENV[f"SYNCPROOF_{name}_CLIENT_ID"], ENV[f"SYNCPROOF_{name}_CLIENT_SECRET"]
        self.token, self.paused_until = None, 0.0

    def send(self, method, url, body=None, headers=None):
        wait = self.paused_until - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=SETTINGS["timeout_ms"] / 1000 / SPEED) as answer:
                text = answer.read()
                return (json.loads(text) if text else None), answer.headers
        except urllib.error.HTTPError as refusal:
            if refusal.code == 429:
                seconds = float(refusal.headers.get("Retry-After") or 1)
                self.paused_until = time.monotonic() + 1.05 * seconds / SPEED
            if refusal.code == 401:
                self.token = None
            raise

    def authorize(self):
        if self.token is None:
            form = {"grant_type": "client_credentials"}
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            headers.update(self.credentials(form))
            answer, _ = self.send("POST", self.login + "/oauth/token", urllib.parse.urlencode(form).encode(), headers)
            self.token = answer["access_token"]
        return {"Authorization": "Bearer " + self.token, "Accept": "application/json"}

    def call(self, method, path, body=None, kind="application/json", headers=None):
        all_headers = {**self.authorize(), **(headers or {})}
        if body is not None:
            all_headers["Content-Type"] = kind
            body = json.dumps(body).encode()
        return self.send(method, self.url + path, body, all_headers)


class Genesys(System):
    # What is no standard attribute of a contact is a custom field of its schema.
    standard = {"firstName", "middleName", "lastName", "salutation", "title"}

    def place(self, name):
        return "$." + name if name in self.standard else "$.customFields." + name

    def value(self, contact, name):
        holder = contact if name in self.standard else contact.get("customFields") or {}
        return holder.get(name) or ""

    def credentials(self, form):
        pair = f"{self.id}:{self.secret}".encode()
        return {"Authorization": "Basic " + base64.b64encode(pair).decode()}

    def read(self, key):
        contact, _ = self.call("GET", "/api/v2/externalcontacts/contacts/" + key)
        return self.record(contact)

    def record(self, contact):
        link = [x["value"] for x in contact.get("externalIds") or []]
        return {
            "id": contact["id"], "link": link[-1] if link else None, "at": contact.get("modifyDate") or "", "tag": None,
            "version": int(self.value(contact, VERSION["ccField"]) or 0),
            "fields": {f["name"]: self.value(contact, f["ccField"]) for f in FIELDS},
        }

    def write(self, record, fields, version):
        changes = [{"field": self.place(VERSION["ccField"]), "value": version, "action": "Update"}]
        for f in FIELDS:
            if f["name"] in fields:
                value, place = fields[f["name"]], self.place(f["ccField"])
                changes.append({"field": place, "value": value, "action": "Update"} if value else {"field": place, "action": "Remove"})
        self.call("PATCH", "/api/v2/externalcontacts/contacts/" + record["id"], {"changes": changes})

    def everyone(self):
        cursor = ""
        while True:
            page, _ = self.call("GET", "/api/v2/externalcontacts/scan/contacts?limit=100" + cursor)
            yield from (self.record(contact) for contact in page["entities"])
            after = (page.get("cursors") or {}).get("after")
            if not after or not page["entities"]:
                return
            cursor = "&cursor=" + urllib.parse.quote(after)


class RestCRM(System):
    def credentials(self, form):
        form.update(client_id=self.id, client_secret=self.secret)
        return {}

    def read(self, key):
        contact, headers = self.call("GET", "/v1/contacts/" + key)
        return {
            "id": contact["id"], "link": contact.get("external_id"), "at": contact["updated_at"], "tag": headers.get("ETag"),
            "version": int(contact.get(VERSION["crmField"]) or 0),
            "fields": {f["name"]: contact.get(f["crmField"]) or "" for f in FIELDS},
        }

    def write(self, record, fields, version):
        body = {f["crmField"]: fields[f["name"]] or None for f in FIELDS if f["name"] in fields}
        body[VERSION["crmField"]] = version
        self.call("PATCH", "/v1/contacts/" + record["id"], body, "application/merge-patch+json", {"If-Match": record["tag"] or "*"})

    def changes(self, cursor):
        query = "?limit=100" + ("&after=" + urllib.parse.quote(cursor) if cursor else "")
        return self.call("GET", "/v1/changes" + query)[0]


class Engine:
    """Pairs that wait are on the disk before anybody is told that they are taken."""

    def __init__(self):
        self.cc, self.crm = Genesys("CC"), RestCRM("CRM")
        self.lock, self.changed = threading.Lock(), threading.Event()
        self.state = {"waiting": {}, "base": {}, "links": {}, "cursor": ""}  # by contact-center id
        self.due, self.failures, self.busy, self.ready = {}, {}, True, False
        if os.path.exists(STATE):
            with open(STATE, encoding="utf-8") as file:
                self.state = json.load(file)

    def save(self):
        with open(STATE + ".new", "w", encoding="utf-8") as file:
            json.dump(self.state, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(STATE + ".new", STATE)

    def notice(self, key):
        with self.lock:
            self.state["waiting"][key] = self.state["waiting"].get(key, 0) + 1
            self.save()
        self.changed.set()

    def idle(self):
        with self.lock:
            return not self.busy and not self.state["waiting"]

    def run(self):
        polls = [p / 1000 / SPEED for p in SETTINGS["poll_ms"].values() if p]
        interval, next_poll = min(polls, default=1.0), 0.0
        while True:
            self.busy = True
            if time.monotonic() >= next_poll:
                self.attempt("poll", self.poll)
                next_poll = time.monotonic() + interval
            for key in list(self.state["waiting"]):
                self.attempt(key, lambda key=key: self.sync(key))
            # Ready is who has seen what both systems hold, before anybody edits it.
            self.busy, self.ready = False, True
            self.changed.wait(0.02)
            self.changed.clear()

    def attempt(self, what, do):
        """Does something unless it failed a moment ago; waits longer each time."""
        if time.monotonic() < self.due.get(what, 0):
            return
        try:
            do()
            self.failures.pop(what, None)
        except (OSError, ValueError, KeyError) as trouble:
            retry = SETTINGS["retry"]
            n = self.failures[what] = self.failures.get(what, 0) + 1
            wait = min(retry["base_ms"] * retry["factor"] ** (n - 1), retry["cap_ms"]) / 1000
            self.due[what] = time.monotonic() + 1.05 * wait / SPEED
            print(f"{what}: {trouble}, again in {wait:.1f} s", flush=True)

    def poll(self):
        if not self.state["links"]:
            for contact in self.cc.everyone():
                if contact["link"]:
                    self.state["links"][contact["id"]] = contact["link"]
                    self.notice(contact["id"])
        page = self.crm.changes(self.state["cursor"])
        linked = {crm: cc for cc, crm in self.state["links"].items()}
        for change in page["changes"]:
            if change["id"] in linked and change.get("updated_by") != self.crm.id:
                self.notice(linked[change["id"]])
        with self.lock:
            self.state["cursor"] = page["next_cursor"]
            self.save()

    def sync(self, key):
        seen = self.state["waiting"].get(key)
        link = self.state["links"].get(key)
        if link:
            self.settle(key, self.crm.read(link), self.cc.read(key))
        with self.lock:
            if self.state["waiting"].get(key) == seen:
                self.state["waiting"].pop(key, None)
            self.save()

    def settle(self, key, crm, cc):
        base = self.state["base"].get(key)
        moved = {s: self.moved(record, base) for s, record in (("cc", cc), ("crm", crm))}
        winner = cc if (cc["version"], instant(cc["at"])) >= (crm["version"], instant(crm["at"])) else crm
        merged = {}
        for name in cc["fields"]:
            in_cc, in_crm = name in moved["cc"], name in moved["crm"]
            source = winner if in_cc == in_crm else (cc if in_cc else crm)
            merged[name] = source["fields"][name]
        both = bool(moved["cc"]) and bool(moved["crm"]) and cc["fields"] != crm["fields"]
        version = max(cc["version"], crm["version"]) + (1 if both else 0)
        for system, record in ((self.crm, crm), (self.cc, cc)):
            new = {name: value for name, value in merged.items() if record["fields"][name] != value}
            if new or record["version"] != version:
                system.write(record, new, version)
        with self.lock:
            self.state["base"][key] = merged
            self.save()

    def moved(self, record, base):
        if base is None:
            return set(record["fields"])
        return {name for name, value in record["fields"].items() if value != base.get(name, "")}


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) if text else datetime.datetime.min


class Door(http.server.BaseHTTPRequestHandler):
    """Webhooks, and what the harness asks."""

    engine = None

    def do_GET(self):
        body = json.dumps({"ready": self.engine.ready, "idle": self.engine.idle(), "speed": SPEED}).encode()
        self.answer(200 if self.path == "/syncproof/status" else 404, body)

    def do_POST(self):
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 1 << 20))
        mac = hmac.new(ENV["SYNCPROOF_WEBHOOK_SECRET"].encode(), body, hashlib.sha256).digest()
        signature = "sha256=" + base64.b64encode(mac).decode()
        if not hmac.compare_digest(signature, self.headers.get("X-Hub-Signature-256") or ""):
            self.answer(401, b"")
            return
        self.engine.notice(json.loads(body)["eventBody"]["id"])
        self.answer(200, b"")

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    Door.engine = Engine()
    host, port = ENV["SYNCPROOF_LISTEN"].rsplit(":", 1)
    server = http.server.ThreadingHTTPServer((host, int(port)), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Door.engine.run()


if __name__ == "__main__":
    main()
