"""A foreign ledger's file, laid out in a temporary table before anything is changed.

The tables belong to the connection and are empty after each commit. Everything a row can be refused
for that needs the other rows (the same key twice) is decided here, for all rows at once.
"""

from odoo.tools import SQL

COLUMNS = (
    "line",
    "customer",
    "foreign_key",
    "name",
    "date",
    "due_date",
    "currency_id",
    "amount",
    "residual",
    "paid_date",
)
"""What a row of the file consists of, in the order in which rows are copied in."""

COPY_ROWS = f"COPY collection_feed_stage ({', '.join(COLUMNS)}) FROM STDIN"
COPY_HELD = "COPY collection_feed_held (token) FROM STDIN"
"""PostgreSQL's own loading, which takes no parameters: the values travel beside the statement."""


def create() -> list[SQL]:
    """Return the statements that make the tables, or empty them."""
    return [
        SQL(
            """
            CREATE TEMP TABLE IF NOT EXISTS collection_feed_stage (
                line int, customer text, foreign_key text, name text, date date, due_date date, currency_id int,
                amount numeric, residual numeric, paid_date date
            ) ON COMMIT DELETE ROWS
            """
        ),
        SQL("CREATE TEMP TABLE IF NOT EXISTS collection_feed_held (token text) ON COMMIT DELETE ROWS"),
        SQL(
            """
            CREATE TEMP TABLE IF NOT EXISTS collection_feed_rate (currency_id int, day date, factor numeric)
            ON COMMIT DELETE ROWS
            """
        ),
        SQL("DROP INDEX IF EXISTS collection_feed_stage_key_idx"),
        SQL("TRUNCATE collection_feed_stage, collection_feed_held, collection_feed_rate"),
    ]


def ready() -> list[SQL]:
    """Return the statements after the rows are in: an index, and what PostgreSQL plans with."""
    return [
        SQL("CREATE INDEX collection_feed_stage_key_idx ON collection_feed_stage (foreign_key)"),
        SQL("ANALYZE collection_feed_stage"),
        SQL("ANALYZE collection_feed_held"),
    ]


def drop_repeated() -> SQL:
    """Take out all but the first of rows that are the same; returns them as `removed` does."""
    return SQL(
        """
        DELETE FROM collection_feed_stage stage
         USING (SELECT line, ROW_NUMBER() OVER (PARTITION BY foreign_key, customer, name, date, due_date,
                       currency_id, amount, residual, paid_date ORDER BY line) AS nth
                  FROM collection_feed_stage
                 WHERE foreign_key IN (SELECT foreign_key FROM collection_feed_stage
                                     GROUP BY foreign_key HAVING COUNT(*) > 1)) same
         WHERE same.line = stage.line AND same.nth > 1
     RETURNING %s
        """,
        removed(),
    )


def drop_contradictory() -> SQL:
    """Take out rows that have the same key and say different things; returns them as `removed` does."""
    return SQL(
        """
        DELETE FROM collection_feed_stage stage
         WHERE foreign_key IN (SELECT foreign_key FROM collection_feed_stage
                             GROUP BY foreign_key HAVING COUNT(*) > 1)
     RETURNING %s
        """,
        removed(),
    )


def drop_customers(numbers: list[str]) -> SQL:
    """Take out the rows of some customers; returns them as `removed` does."""
    return SQL(
        "DELETE FROM collection_feed_stage stage WHERE customer = ANY(%s) RETURNING %s", list(numbers), removed()
    )


def drop_other_currency(feed) -> SQL:
    """Take out rows whose entry is known in another currency; returns them as `removed` does."""
    return SQL(
        """
        DELETE FROM collection_feed_stage stage USING collection_feed_entry entry
         WHERE entry.feed_id = %s AND entry.foreign_key = stage.foreign_key
           AND entry.currency_id <> stage.currency_id
     RETURNING %s
        """,
        feed.id,
        removed(),
    )


def removed() -> SQL:
    """Return the columns of rows that were taken out: line, customer, foreign_key, name, currency_id, residual."""
    return SQL("stage.line, stage.customer, stage.foreign_key, stage.name, stage.currency_id, stage.residual")


def hold(tokens: list[str]) -> SQL:
    """Keep entries with these keys or document numbers from being taken for missing."""
    return SQL("INSERT INTO collection_feed_held SELECT unnest(%s::text[])", list(tokens))


def known_customers(feed) -> SQL:
    """Return a SELECT of the customer numbers that the feed has seen before."""
    return SQL("SELECT foreign_number FROM collection_feed_customer WHERE feed_id = %s", feed.id)


def unknown_customers(feed) -> SQL:
    """Return a SELECT of the customer numbers that the feed has not seen before, in the file's order."""
    return SQL(
        """
        SELECT stage.customer FROM collection_feed_stage stage
     LEFT JOIN collection_feed_customer known ON known.feed_id = %s AND known.foreign_number = stage.customer
         WHERE known.id IS NULL
      GROUP BY stage.customer ORDER BY MIN(stage.line)
        """,
        feed.id,
    )


def sums() -> SQL:
    """Return a SELECT of what is about to be taken: currency_id, rows, residual."""
    return SQL("SELECT currency_id, COUNT(*), SUM(residual) FROM collection_feed_stage GROUP BY currency_id")
