"""A laid-out file into the shadow ledger: what changed, what is new, what is gone; and back again.

Every statement writes only rows that differ, so the same file again touches nothing. What an entry was
before goes into `collection_feed_change`, and how its open amount moved into `collection_feed_movement`,
before the entry is changed.
"""

from odoo.tools import SQL

from .rates import factor

KEPT = SQL("partner_id, name, date, due_date, currency_id, amount, residual, residual_company, last_run_id")
"""What `collection_feed_change` keeps of an entry."""


def rates(company) -> SQL:
    """Lay out the rates of the file's currencies on its documents' days.

    :param company: the `res.company`
    """
    return SQL(
        """
        INSERT INTO collection_feed_rate (currency_id, day, factor)
             SELECT pair.currency_id, pair.day, %s
               FROM (SELECT DISTINCT currency_id, COALESCE(date, due_date) AS day
                       FROM collection_feed_stage WHERE currency_id <> %s) pair
        """,
        factor(company, SQL("pair.currency_id"), SQL("pair.day")),
        company.currency_id.id,
    )


def _staged(run) -> SQL:
    """Return the FROM clause of the laid-out rows with their customer, and known entry if there is one."""
    return SQL(
        """
        collection_feed_stage stage
        JOIN collection_feed_customer customer
          ON customer.feed_id = %(feed)s AND customer.foreign_number = stage.customer
   LEFT JOIN collection_feed_rate rate
          ON rate.currency_id = stage.currency_id AND rate.day = COALESCE(stage.date, stage.due_date)
   LEFT JOIN collection_feed_entry entry ON entry.feed_id = %(feed)s AND entry.foreign_key = stage.foreign_key
        """,
        feed=run.feed_id.id,
    )


def _in_company_currency(run) -> SQL:
    digits = run.company_id.currency_id.decimal_places
    return SQL("ROUND(stage.residual * COALESCE(rate.factor, 1), %s)", digits)


def note_changed(run) -> SQL:
    """Keep what the entries that differ from the file were before; the row count is how many differ."""
    return SQL(
        """
        INSERT INTO collection_feed_change (run_id, entry_id, is_settled, %(kept)s)
             SELECT %(run)s, entry.id, false, entry.partner_id, entry.name, entry.date, entry.due_date,
                    entry.currency_id, entry.amount, entry.residual, entry.residual_company, entry.last_run_id
               FROM %(staged)s
              WHERE entry.id IS NOT NULL
                AND (entry.partner_id, entry.name, entry.date, entry.due_date, entry.amount, entry.residual)
                    IS DISTINCT FROM
                    (customer.partner_id, stage.name, stage.date, stage.due_date, stage.amount, stage.residual)
        """,
        kept=KEPT,
        run=run.id,
        staged=_staged(run),
    )


def move_changed(run, day) -> SQL:
    """Note how the open amounts move that are about to change.

    :param day: value date of what the file gives no date of payment for
    """
    return SQL(
        """
        INSERT INTO collection_feed_movement (entry_id, run_id, date, amount)
             SELECT change.entry_id, change.run_id, COALESCE(stage.paid_date, %s), change.residual - stage.residual
               FROM collection_feed_change change
               JOIN collection_feed_entry entry ON entry.id = change.entry_id
               JOIN collection_feed_stage stage ON stage.foreign_key = entry.foreign_key
              WHERE change.run_id = %s AND change.residual <> stage.residual
        """,
        day,
        run.id,
    )


def write_changed(run) -> SQL:
    """Take over what the file says of the entries that differ from it."""
    return SQL(
        """
        UPDATE collection_feed_entry known
           SET partner_id = now.partner_id, name = now.name, date = now.date, due_date = now.due_date,
               amount = now.amount, residual = now.residual, residual_company = now.residual_company,
               last_run_id = %(run)s
          FROM (SELECT entry.id, customer.partner_id, stage.name, stage.date, stage.due_date, stage.amount,
                       stage.residual, %(residual_company)s AS residual_company
                  FROM %(staged)s
                  JOIN collection_feed_change change ON change.entry_id = entry.id AND change.run_id = %(run)s) now
         WHERE known.id = now.id
        """,
        run=run.id,
        staged=_staged(run),
        residual_company=_in_company_currency(run),
    )


def insert_new(run) -> SQL:
    """Insert the entries that are not known yet; the row count is how many."""
    return SQL(
        """
        INSERT INTO collection_feed_entry (feed_id, company_id, partner_id, foreign_key, name, date, due_date,
                    currency_id, amount, residual, residual_company, first_run_id, last_run_id)
             SELECT %(feed)s, %(company)s, customer.partner_id, stage.foreign_key, stage.name, stage.date,
                    stage.due_date, stage.currency_id, stage.amount, stage.residual, %(residual_company)s,
                    %(run)s, %(run)s
               FROM %(staged)s
              WHERE entry.id IS NULL
        ON CONFLICT (feed_id, foreign_key) DO NOTHING
        """,
        feed=run.feed_id.id,
        company=run.company_id.id,
        run=run.id,
        staged=_staged(run),
        residual_company=_in_company_currency(run),
    )


# === WHAT A SNAPSHOT DOES NOT HAVE ANY MORE === #


def _gone(run) -> SQL:
    """Return the condition for open entries that a complete file does not contain, and no bad row may be."""
    return SQL(
        """
        entry.feed_id = %s AND entry.residual <> 0
        AND NOT EXISTS (SELECT 1 FROM collection_feed_stage stage WHERE stage.foreign_key = entry.foreign_key)
        AND NOT EXISTS (SELECT 1 FROM collection_feed_held held WHERE held.token = entry.foreign_key)
        AND NOT EXISTS (SELECT 1 FROM collection_feed_held held WHERE held.token = entry.name)
        """,
        run.feed_id.id,
    )


def count_gone(run) -> SQL:
    """Return a SELECT of (open entries of the feed, how many of them the file does not contain)."""
    return SQL(
        """
        SELECT (SELECT COUNT(*) FROM collection_feed_entry WHERE feed_id = %s AND residual <> 0),
               (SELECT COUNT(*) FROM collection_feed_entry entry WHERE %s)
        """,
        run.feed_id.id,
        _gone(run),
    )


def settle_gone(run, day) -> list[SQL]:
    """Return the statements that settle what a complete file does not contain any more.

    The first one's row count is how many.

    :param day: value date of the settlement
    """
    return [
        SQL(
            """
            INSERT INTO collection_feed_change (run_id, entry_id, is_settled, %s)
                 SELECT %s, entry.id, true, %s FROM collection_feed_entry entry WHERE %s
            """,
            KEPT,
            run.id,
            KEPT,
            _gone(run),
        ),
        SQL(
            """
            INSERT INTO collection_feed_movement (entry_id, run_id, date, amount)
                 SELECT entry_id, run_id, %s, residual FROM collection_feed_change WHERE run_id = %s AND is_settled
            """,
            day,
            run.id,
        ),
        SQL(
            """
            UPDATE collection_feed_entry entry SET residual = 0, residual_company = 0, last_run_id = %s
              FROM collection_feed_change change
             WHERE change.run_id = %s AND change.is_settled AND change.entry_id = entry.id
            """,
            run.id,
            run.id,
        ),
    ]


# === AFTERWARDS === #


def stored(run) -> SQL:
    """Return a SELECT of what the shadow ledger has now of the file's rows: currency_id, rows, residual."""
    return SQL(
        """
        SELECT entry.currency_id, COUNT(*), SUM(entry.residual)
          FROM collection_feed_stage stage
          JOIN collection_feed_entry entry ON entry.feed_id = %s AND entry.foreign_key = stage.foreign_key
      GROUP BY entry.currency_id
        """,
        run.feed_id.id,
    )


def open_now(feed) -> SQL:
    """Return a SELECT of what is open in the whole feed: currency_id, rows, residual."""
    return SQL(
        """
        SELECT currency_id, COUNT(*), SUM(residual) FROM collection_feed_entry
         WHERE feed_id = %s AND residual <> 0 GROUP BY currency_id
        """,
        feed.id,
    )


def concerned(run) -> SQL:
    """Return a SELECT of the customers for whom a run changed something: before it, and after it."""
    return SQL(
        """
        SELECT partner_id FROM collection_feed_change WHERE run_id = %(run)s
         UNION
        SELECT partner_id FROM collection_feed_entry WHERE last_run_id = %(run)s AND feed_id = %(feed)s
        """,
        run=run.id,
        feed=run.feed_id.id,
    )


def undo(run) -> list[SQL]:
    """Return the statements that make every entry what it was before a run; new ones did not exist then."""
    return [
        SQL("DELETE FROM collection_feed_movement WHERE run_id = %s", run.id),
        SQL(
            """
            UPDATE collection_feed_entry entry
               SET partner_id = before.partner_id, name = before.name, date = before.date,
                   due_date = before.due_date, currency_id = before.currency_id, amount = before.amount,
                   residual = before.residual, residual_company = before.residual_company,
                   last_run_id = before.last_run_id
              FROM collection_feed_change before
             WHERE before.run_id = %s AND before.entry_id = entry.id
            """,
            run.id,
        ),
        SQL("DELETE FROM collection_feed_change WHERE run_id = %s", run.id),
        SQL("DELETE FROM collection_feed_entry WHERE feed_id = %s AND first_run_id = %s", run.feed_id.id, run.id),
    ]
