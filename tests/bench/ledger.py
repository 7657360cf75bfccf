"""A generated ledger, by set-based SQL: as many open items as wanted, with history.

Deterministic for its parameters. Not made through Odoo (18 invoices a second there), but consistent
enough that Odoo recomputes the same residuals: `verify` asks it to, on a sample.
"""

from dataclasses import dataclass

from odoo.tools import SQL


@dataclass(frozen=True)
class Shape:
    """What the ledger looks like.

    :param items: open receivable entries
    :param customers: how many they belong to, skewed: a few have very many
    :param overdue: share of the open entries that are overdue
    :param paid: paid invoices per open entry
    :param part_paid: share of the open entries that are half paid
    :param foreign: share of the documents in a second currency
    :param credits: share of the customers with an unallocated payment
    :param branches: share of the customers that are collected per branch
    """

    items: int
    customers: int
    overdue: float = 0.6
    paid: float = 1.5
    part_paid: float = 0.1
    foreign: float = 0.15
    credits: float = 0.02
    branches: float = 0.02


RATE = 1.25  # units of the foreign currency for one of the company's


def generate(env, shape: Shape, today) -> None:
    """Write the ledger into a database with our addons and a chart of accounts; commits."""
    _Generator(env, shape, today).run()


class _Generator:
    def __init__(self, env, shape, today):
        self.env, self.shape, self.today = env, shape, today
        self.company = env.company
        accounts = env["account.account"]
        self.receivable = accounts.search([("account_type", "=", "asset_receivable")], limit=1)
        self.income = accounts.search([("account_type", "=", "income")], limit=1)
        self.bank = accounts.search([("account_type", "=", "asset_cash")], limit=1)
        self.sales = env["account.journal"].search([("type", "=", "sale")], limit=1)
        self.bank_journal = env["account.journal"].search([("type", "=", "bank")], limit=1)
        code = "EUR" if self.company.currency_id.name != "EUR" else "USD"
        self.foreign = env["res.currency"].with_context(active_test=False).search([("name", "=", code)])
        self.foreign.active = True
        self.first_partner = self._next("res_partner")

    def _next(self, table):
        return self.env.execute_query(SQL("SELECT COALESCE(MAX(id), 0) + 1 FROM %s", SQL.identifier(table)))[0][0]

    def _do(self, statement):
        self.env.cr.execute(statement)

    def run(self):
        self.env.flush_all()
        self._partners()
        self._documents()
        self._moves()
        self._lines()
        self._matches()
        for table in ("res_partner", "account_move", "account_move_line", "account_partial_reconcile"):
            self._do(
                SQL(
                    "SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT MAX(id) FROM %s))",
                    table,
                    SQL.identifier(table),
                )
            )
        self.env.cr.commit()
        self.env.invalidate_all()

    def _partners(self):
        count, branches = self.shape.customers, int(self.shape.customers * self.shape.branches)
        self._do(
            SQL(
                """
                INSERT INTO res_partner (id, name, complete_name, commercial_partner_id, parent_id, is_company, active,
                                         type, autopost_bills, customer_rank, collection_participation)
                     SELECT %(first)s + n, 'Customer ' || n, 'Customer ' || n, %(first)s + n, NULL, true, true,
                            'contact', 'ask', 1,
                            jsonb_build_object(%(company)s::text, CASE WHEN n < %(branches)s THEN 'per_branch'
                                                                       ELSE 'yes' END)
                       FROM generate_series(0, %(count)s - 1) n
                  UNION ALL
                     SELECT %(first)s + %(count)s + n, 'Branch ' || n, 'Branch ' || n, %(first)s + n, %(first)s + n,
                            false, true, 'invoice', 'ask', 0, NULL
                       FROM generate_series(0, %(branches)s - 1) n
                """,
                first=self.first_partner,
                company=self.company.id,
                count=count,
                branches=branches,
            )
        )

    def _documents(self):
        """Lay all documents out in a temporary table: invoices, and the payments that belong to them."""
        shape = self.shape
        total = shape.items + int(shape.items * shape.paid)
        self._do(SQL("SELECT setseed(0.42)"))
        self._do(
            SQL(
                """
                CREATE TEMP TABLE doc ON COMMIT DROP AS
                SELECT n, n < %(items)s AS is_open, power(r1, 2.0) * %(customers)s AS spot, r2, r3, r4,
                       round((5 + r5 * r5 * 5000)::numeric, 2) AS amount,
                       r6 < %(foreign)s AS is_foreign,
                       n < %(items)s AND r7 < %(part_paid)s AS is_half
                  FROM (SELECT n, random() r1, random() r2, random() r3, random() r4, random() r5, random() r6,
                               random() r7
                          FROM generate_series(0, %(total)s - 1) n) dice
                """,
                items=shape.items,
                total=total,
                customers=shape.customers,
                foreign=shape.foreign,
                part_paid=shape.part_paid,
            )
        )
        move, line = self._next("account_move"), self._next("account_move_line")
        self._do(
            SQL(
                """
                CREATE TEMP TABLE inv ON COMMIT DROP AS
                SELECT n, is_open, is_half, is_foreign,
                       %(move)s + n AS move_id, %(line)s + 2 * n AS line_id,
                       %(partner)s + LEAST(spot::int, %(customers)s - 1) AS partner_id,
                       CASE WHEN spot < %(branches)s AND r3 < 0.5
                            THEN %(partner)s + %(customers)s + LEAST(spot::int, %(branches)s - 1) END AS branch_id,
                       CASE WHEN NOT is_open THEN %(today)s::date - 40 - (r4 * 400)::int
                            WHEN r2 < %(overdue)s THEN %(today)s::date - 1 - (r4 * r4 * 240)::int
                            ELSE %(today)s::date + (r4 * 60)::int END AS due,
                       amount AS foreign_amount,
                       CASE WHEN is_foreign THEN round(amount / %(rate)s, 2) ELSE amount END AS amount,
                       CASE WHEN is_half THEN round(amount / 2, 2) WHEN is_open THEN 0 ELSE amount END
                           AS paid_foreign,
                       CASE WHEN is_foreign THEN round(round(amount / %(rate)s, 2)
                                * CASE WHEN is_half THEN round(amount / 2, 2) / amount
                                       WHEN is_open THEN 0 ELSE 1 END, 2)
                            ELSE CASE WHEN is_half THEN round(amount / 2, 2)
                                      WHEN is_open THEN 0 ELSE amount END END AS paid,
                       CASE WHEN is_foreign THEN %(foreign)s ELSE %(own)s END::int AS currency_id
                  FROM doc
                """,
                move=move,
                line=line,
                partner=self.first_partner,
                customers=shape.customers,
                branches=max(int(shape.customers * shape.branches), 1),
                today=self.today,
                overdue=shape.overdue,
                rate=RATE,
                foreign=self.foreign.id,
                own=self.company.currency_id.id,
            )
        )
        self._do(
            SQL(
                """
                CREATE TEMP TABLE pay ON COMMIT DROP AS
                SELECT row_number() OVER (ORDER BY n) - 1 AS k, inv.* FROM inv WHERE paid_foreign > 0
                """
            )
        )
        self._do(SQL("ALTER TABLE pay ADD pay_move_id int, ADD pay_line_id int"))
        self._do(SQL("UPDATE pay SET pay_move_id = %s + k, pay_line_id = %s + 2 * k", move + total, line + 2 * total))
        # Unallocated payments: the last customers each have one.
        self._do(
            SQL(
                """
                INSERT INTO pay (k, n, is_open, is_half, is_foreign, partner_id, due, foreign_amount, amount,
                                 paid_foreign, paid, currency_id, pay_move_id, pay_line_id)
                     SELECT last.k + c, -1, true, false, false, %(partner)s + c * 7 %% %(customers)s, %(today)s, 50, 50,
                            50, 50, %(own)s, %(move)s + last.k + c, %(line)s + 2 * (last.k + c)
                       FROM (SELECT COALESCE(MAX(k), 0) AS k FROM pay) last,
                            generate_series(1, %(count)s) c
                """,
                partner=self.first_partner,
                customers=shape.customers,
                today=self.today,
                own=self.company.currency_id.id,
                move=move + total,
                line=line + 2 * total,
                count=int(shape.customers * shape.credits),
            )
        )

    def _moves(self):
        common = {
            "company": self.company.id,
            "sales": self.sales.id,
            "bank": self.bank_journal.id,
        }
        self._do(
            SQL(
                """
                INSERT INTO account_move (id, name, journal_id, company_id, currency_id, state, move_type, auto_post,
                        date, invoice_date, invoice_date_due, partner_id, commercial_partner_id, amount_total,
                        amount_residual, amount_total_signed, amount_residual_signed, amount_untaxed, payment_state,
                        sequence_prefix, sequence_number, checked)
                SELECT move_id, 'BENCH/' || n, %(sales)s, %(company)s, currency_id, 'posted', 'out_invoice', 'no',
                       LEAST(due - 30, due), due - 30, due, COALESCE(branch_id, partner_id), partner_id, foreign_amount,
                       foreign_amount - paid_foreign, amount, amount - paid, foreign_amount,
                       CASE WHEN NOT is_open THEN 'paid' WHEN is_half THEN 'partial' ELSE 'not_paid' END,
                       'BENCH/', n, true
                  FROM inv
             UNION ALL
                SELECT pay_move_id, 'BPAY/' || k, %(bank)s, %(company)s, currency_id, 'posted', 'entry', 'no',
                       due, NULL, NULL, partner_id, partner_id, paid_foreign, 0, paid, 0, 0, 'not_paid',
                       'BPAY/', k, true
                  FROM pay
                """,
                **common,
            )
        )

    def _lines(self):
        self._do(
            SQL(
                """
                INSERT INTO account_move_line (id, move_id, journal_id, company_id, company_currency_id, currency_id,
                        account_id, partner_id, name, move_name, date, date_maturity, display_type, debit, credit,
                        balance, amount_currency, amount_residual, amount_residual_currency, reconciled, parent_state,
                        sequence, no_followup)
                SELECT line_id, move_id, %(sales)s, %(company)s, %(own)s, currency_id, %(receivable)s, partner_id,
                       'BENCH/' || n, 'BENCH/' || n, due - 30, due, 'payment_term', amount, 0, amount, foreign_amount,
                       amount - paid, foreign_amount - paid_foreign, NOT is_open, 'posted', 10, false
                  FROM inv
             UNION ALL
                SELECT line_id + 1, move_id, %(sales)s, %(company)s, %(own)s, currency_id, %(income)s, partner_id,
                       'Goods', 'BENCH/' || n, due - 30, NULL, 'product', 0, amount, -amount, -foreign_amount,
                       0, 0, false, 'posted', 1, false
                  FROM inv
             UNION ALL
                SELECT pay_line_id, pay_move_id, %(bank_journal)s, %(company)s, %(own)s, currency_id, %(receivable)s,
                       partner_id, 'Payment', 'BPAY/' || k, due, due, 'payment_term', 0, paid, -paid, -paid_foreign,
                       CASE WHEN n < 0 THEN -paid ELSE 0 END, CASE WHEN n < 0 THEN -paid_foreign ELSE 0 END,
                       n >= 0, 'posted', 10, false
                  FROM pay
             UNION ALL
                SELECT pay_line_id + 1, pay_move_id, %(bank_journal)s, %(company)s, %(own)s, currency_id, %(bank)s,
                       partner_id, 'Payment', 'BPAY/' || k, due, NULL, 'product', paid, 0, paid, paid_foreign,
                       0, 0, false, 'posted', 10, false
                  FROM pay
                """,
                company=self.company.id,
                own=self.company.currency_id.id,
                sales=self.sales.id,
                bank_journal=self.bank_journal.id,
                receivable=self.receivable.id,
                income=self.income.id,
                bank=self.bank.id,
            )
        )

    def _matches(self):
        self._do(
            SQL(
                """
                INSERT INTO account_partial_reconcile (id, debit_move_id, credit_move_id, debit_currency_id,
                        credit_currency_id, company_id, amount, debit_amount_currency, credit_amount_currency, max_date)
                SELECT %(first)s + k, line_id, pay_line_id, currency_id, currency_id, %(company)s, paid, paid_foreign,
                       paid_foreign, due
                  FROM pay WHERE n >= 0
                """,
                first=self._next("account_partial_reconcile"),
                company=self.company.id,
            )
        )


def verify(env, sample: int = 300) -> None:
    """Let Odoo recompute the residuals of a sample and compare.

    :raises AssertionError: the generated figures are not what Odoo computes
    """
    rows = env.execute_query(
        SQL(
            """
            SELECT line.id, line.amount_residual, line.amount_residual_currency, line.reconciled
              FROM account_move_line line JOIN account_account account ON account.id = line.account_id
             WHERE account.account_type = 'asset_receivable'
          ORDER BY hashint4(line.id) LIMIT %s
            """,
            sample,
        )
    )
    lines = env["account.move.line"].browse(row[0] for row in rows)
    for name in ("amount_residual", "amount_residual_currency", "reconciled"):
        env.add_to_compute(lines._fields[name], lines)
    lines._compute_amount_residual()
    wrong = [
        (line.id, row[1:], (line.amount_residual, line.amount_residual_currency, line.reconciled))
        for line, row in zip(lines, rows, strict=True)
        if (round(line.amount_residual, 2), round(line.amount_residual_currency, 2), line.reconciled)
        != (float(row[1]), float(row[2]), row[3])
    ]
    env.cr.rollback()
    env.invalidate_all()
    assert not wrong, f"Odoo recomputes other residuals: {wrong[:3]}"


def change(env, share: float, today) -> int:
    """Change a share of the open items as a day does: half get paid, half fall due; commits.

    :returns: how many changed
    """
    paid = env.execute_query(
        SQL(
            """
            UPDATE account_move_line line
               SET amount_residual = 0, amount_residual_currency = 0, reconciled = true
             WHERE line.id IN (
                SELECT id FROM account_move_line
                 WHERE display_type = 'payment_term' AND NOT reconciled AND amount_residual > 0
                   AND date_maturity < %(today)s AND hashint4(id) %% 1000 BETWEEN 0 AND %(limit)s)
         RETURNING line.id
            """,
            today=today,
            limit=round(share * 1000 / 0.6) - 1,
        )
    )
    due = env.execute_query(
        SQL(
            """
            UPDATE account_move_line SET date_maturity = %(today)s::date - 1
             WHERE display_type = 'payment_term' AND NOT reconciled AND amount_residual > 0
               AND date_maturity >= %(today)s AND hashint4(id) %% 1000 BETWEEN 0 AND %(limit)s
         RETURNING id
            """,
            today=today,
            limit=round(share * 1000 / 0.8) - 1,
        )
    )
    env.cr.commit()
    return len(paid) + len(due)
