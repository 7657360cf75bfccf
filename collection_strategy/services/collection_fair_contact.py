from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import repeat

from odoo import api, fields, models
from odoo.tools import format_date

from ..engine import fair_contact, public_holidays, time_zones
from ..engine.fair_contact import Contact, Refusal, Request
from ..queries import contact_history


class CollectionFairContact(models.AbstractModel):
    """Whether debtors may be contacted: gathers what the judgement in `engine/fair_contact.py` needs."""

    _name = "collection.fair.contact"
    _description = "Fair contact"

    @api.model
    def _refusals(self, requests, when, *, hours=True, actions=None, by_hand=False):
        """Return why contacts are refused, in the order in which they are asked for.

        :param requests: list of (`collection.case`, `collection.channel`, tone 0 to 4)
        :param when: naive UTC datetime
        :param hours: False asks only what can be said the day before: whether there is a time on that day of the
            debtor's calendar
        :param actions: the `collection.action` that each request is, when there are any yet: what is on its way
            does not count against itself, and of two on their way the older one goes first
        :param by_hand: a person decides to; hardship does not forbid it
        :returns: list of None (allowed) or `engine.fair_contact.Refusal`
        """
        if not requests:
            return []
        # sudo: the rules and the history count whoever asks; what is told is the reason, not the contacts
        service = self.sudo()
        requests = [(case.sudo(), channel.sudo(), tone) for case, channel, tone in requests]
        rules = service._rules()
        history = service._history(requests, rules, when, hours)
        due = service._due_dates(requests)
        asked = {}
        found = []
        for (case, channel, tone), action in zip(requests, actions or repeat(None), strict=actions is not None):
            if case not in asked:
                asked[case] = service._debtor(case, rules, when)
            debtor, held = asked[case]
            request = replace(
                debtor,
                kind=channel.contact_kind or fair_contact.NOTHING,
                channel=channel.id,
                tone=tone,
                due_date=due.get(case.id),
                is_timed=channel.handler != "letter" and channel.code != "letter",
                is_automatic=not by_hand,
            )
            contacts = [
                contact
                for number, contact, is_underway in history.get((case.partner_id.id, case.company_id.root_id.id), ())
                if action is None or (number != action.id and (not is_underway or number < action.id))
            ]
            # Work for a person is planned for a day; when on that day is the person's choice.
            clock = hours and (by_hand or channel.handler != "activity")
            refusal = fair_contact.refusal(request, held, contacts, when, hours=clock)
            found.append(refusal and service._complete(refusal, request, when))
        return found

    # === WHAT THE JUDGEMENT NEEDS === #

    def _rules(self):
        """Return all rules as (`collection.contact.rule`, engine's rule)."""
        rules = self.env["collection.contact.rule"].search([])  # pylint: disable=no-search-all
        return [(rule, rule._as_engine()) for rule in rules]

    def _debtor(self, case, rules, when):
        """Return what is the same for every contact about a case, and the rules that hold for it.

        :param rules: what `_rules` returned
        :returns: (`engine.fair_contact.Request`, list of `engine.fair_contact.Rule`)
        """
        place = case.branch_id or case.partner_id
        country, state = place._collection_place()
        country = country or case.company_id.country_id
        is_consumer = case.partner_id._is_consumer()
        holds = [rule for record, rule in rules if record._is_about(case.company_id, country, is_consumer)]
        in_hardship = place.collection_hardship or case.partner_id.collection_hardship
        request = Request(
            fair_contact.NOTHING,
            zones=place._collection_zones(case.company_id, when),
            is_holiday=partial(_is_holiday, country.code, state.code),
            hardship_tone=int(case.company_id.collection_hardship_tone or 1) if in_hardship else None,
        )
        return request, holds

    def _history(self, requests, rules, when, hours):
        """Return the contacts with the debtors of requests, by one query.

        :returns: {(partner id, root company id): list of (action id, Contact, whether it is on its way)}
        """
        looks_back = max(
            (max(rule.limit_days + 1, rule.cooldown_days, rule.gap_hours // 24 + 1) for _record, rule in rules),
            default=0,
        )
        partners = {case.partner_id.id for case, _channel, _tone in requests}
        if not partners or not looks_back:
            return {}
        for model, names in contact_history.FLUSH.items():
            self.env[model].flush_model(names)
        # What is asked about a day counts what has been done on it.
        until = when if hours else when + timedelta(days=2)
        rows = self.env.execute_query(contact_history.contacts(partners, when - timedelta(days=looks_back), until))
        found = defaultdict(list)
        for partner_id, root_id, number, date, kind, spoken, is_underway in rows:
            contact = Contact(when if is_underway else date, kind, spoken)
            found[partner_id, root_id].append((number, contact, is_underway))
        return found

    def _due_dates(self, requests):
        """Return the oldest due date of each case: of what is overdue, else of what is open."""
        cases = self.env["collection.case"].union(*(case for case, _channel, _tone in requests))
        found = {case.id: case.oldest_due_date for case in cases if case.oldest_due_date}
        rows = self.env["collection.item"]._read_group(
            [("case_id", "in", [case.id for case in cases if case.id not in found])]
            + [("state", "=", "open"), ("residual", ">", 0)],
            ["case_id"],
            ["due_date:min"],
        )
        return found | {case.id: day for case, day in rows}

    def _complete(self, refusal, request, when):
        """Return a refusal with what its sentence and its log need."""
        zone = refusal.values.get("zone") or request.zones[0]
        local = time_zones.local(zone, when).isoformat(timespec="minutes")
        return replace(refusal, values={"kind": request.kind, **refusal.values, "zone": zone, "local": local})

    @api.model
    def _refusal(self, code, until, rule_id, values):
        """Return a refusal of the engine from what was kept of it."""
        return Refusal(code, until, rule_id, values)

    # === WHAT PEOPLE READ === #

    @api.model
    def _reasons(self):
        """Return each code with its name."""
        return {
            fair_contact.CHANNEL: self.env._("Channel not allowed"),
            fair_contact.HARDSHIP_CALL: self.env._("Hardship: call by hand"),
            fair_contact.HARDSHIP_TONE: self.env._("Hardship: too severe"),
            fair_contact.TONE: self.env._("Too severe"),
            fair_contact.GRACE: self.env._("Days after the due date"),
            fair_contact.COOLDOWN: self.env._("Rest after a conversation"),
            fair_contact.LIMIT: self.env._("Too often"),
            fair_contact.GAP: self.env._("Too soon after the last"),
            fair_contact.WEEKDAY: self.env._("Weekday"),
            fair_contact.HOLIDAY: self.env._("Public holiday"),
            fair_contact.HOURS: self.env._("Time of day"),
        }

    @api.model
    def _sentence(self, refusal, *, rule_name=None):
        """Return a refusal in a sentence: what, from when on, why, and the rule's name.

        :param refusal: `engine.fair_contact.Refusal`
        :param rule_name: what the rule was called; read from the rule without it
        """
        # sudo: the name of a rule is no secret
        rule = self.env["collection.contact.rule"].sudo().browse(refusal.rule_id or ())
        name = rule_name or rule.exists().name
        why = self._why(refusal)
        why = f"{why} ({name})" if name else why
        kinds = {
            fair_contact.MESSAGE: self.env._("Messages"),
            fair_contact.CALL: self.env._("Calls"),
            fair_contact.VISIT: self.env._("Visits"),
        }
        what = kinds.get(refusal.values.get("kind"), self.env._("Contacts"))
        if not refusal.until:
            return f"{what}: {why}"
        zone, now = refusal.values.get("zone") or "UTC", refusal.values.get("local")
        there = time_zones.local(zone, refusal.until)
        moment = f"{there:%H:%M}"
        if not now or now[:10] != there.date().isoformat():
            moment = f"{format_date(self.env, there.date())} {moment}"
        if now:
            return self.env._(
                "%(what)s: not before %(moment)s there (%(now)s now): %(why)s",
                what=what,
                moment=moment,
                now=now[11:16],
                why=why,
            )
        return self.env._("%(what)s: not before %(moment)s there: %(why)s", what=what, moment=moment, why=why)

    def _why(self, refusal):
        """Return the reason of a refusal in a few words."""
        values = defaultdict(lambda: "?", refusal.values)
        tones = dict(self.env["collection.strategy.step"]._fields["tone"]._description_selection(self.env))
        most = tones.get(str(values["max_tone"]), "?")
        texts = {
            fair_contact.CHANNEL: lambda: self.env._("not allowed on this channel"),
            fair_contact.HARDSHIP_CALL: lambda: self.env._("in hardship, only a person decides to call"),
            fair_contact.HARDSHIP_TONE: lambda: self.env._("in hardship, nothing more severe than “%s”", most),
            fair_contact.TONE: lambda: self.env._("nothing more severe than “%s”", most),
            fair_contact.GRACE: lambda: self.env._("not before the debt is %s days overdue", values["days"]),
            fair_contact.COOLDOWN: lambda: self.env._("%s days of rest after a conversation", values["days"]),
            fair_contact.LIMIT: lambda: self.env._(
                "at most %(count)s in %(days)s days", count=values["limit"], days=values["days"]
            ),
            fair_contact.GAP: lambda: self.env._("%s hours between two", values["hours"]),
            fair_contact.WEEKDAY: lambda: self.env._("not on this weekday"),
            fair_contact.HOLIDAY: lambda: self.env._("public holiday there"),
            fair_contact.HOURS: lambda: self.env._(
                "only from %(start)s to %(end)s", start=values["from"], end=values["to"]
            ),
        }
        return texts[refusal.code]() if refusal.code in texts else refusal.code

    @api.model
    def _warnings(self, cases, channel):
        """Return what whoever is about to contact debtors by hand should know: {case id: sentence}.

        :param cases: `collection.case`
        :param channel: `collection.channel`; one over which nobody is spoken to gives no warning
        """
        if not cases or channel.contact_kind not in (fair_contact.CALL, fair_contact.VISIT):
            return {}
        requests = [(case, channel, 0) for case in cases]
        found = self._refusals(requests, fields.Datetime.now(), by_hand=True)
        texts = {}
        for case, refusal in zip(cases, found, strict=True):
            hardship = case.sudo().partner_id.collection_hardship  # sudo: a collector is to know it
            lines = [self._sentence(refusal)] if refusal else []
            lines += [self.env._("This customer is in hardship.")] if hardship else []
            if lines:
                texts[case.id] = "\n".join(lines)
        return texts


def _is_holiday(country, state, day):
    return public_holidays.name_of(day, country, state) is not None
