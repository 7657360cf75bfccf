"""The outbox: planning in bulk, claiming one by one."""

from odoo.tools import SQL

PLANNED = ("case_id", "step_id", "task_id", "channel_id", "cycle", "state", "approval", "is_final", "reason")


def insert_actions(run, rows: list[dict], day, uid: int) -> SQL:
    """Insert planned actions; what is there already stays (rule I3). Returns id, case_id, task_id.

    :param run: `collection.run`, may be empty
    :param rows: dicts with PLANNED
    """
    column = {name: [row[name] for row in rows] for name in PLANNED}
    return SQL(
        """
        INSERT INTO collection_action (case_id, partner_id, company_id, step_id, task_id, channel_id, cycle, state,
                    approval, is_final, reason, run_id, due_date, date, attempts, is_outbox,
                    create_uid, write_uid, create_date, write_date)
             SELECT new.case_id, record.partner_id, record.company_id, new.step_id, new.task_id, new.channel_id,
                    new.cycle, new.state, new.approval, new.is_final, new.reason, %(run)s, %(day)s,
                    now() AT TIME ZONE 'UTC', 0, true, %(uid)s, %(uid)s, now() AT TIME ZONE 'UTC',
                    now() AT TIME ZONE 'UTC'
               FROM unnest(%(case_id)s::int[], %(step_id)s::int[], %(task_id)s::int[], %(channel_id)s::int[],
                           %(cycle)s::int[], %(state)s::varchar[], %(approval)s::varchar[], %(is_final)s::bool[],
                           %(reason)s::varchar[])
                    new(case_id, step_id, task_id, channel_id, cycle, state, approval, is_final, reason)
               JOIN collection_case record ON record.id = new.case_id AND record.cycle = new.cycle
        ON CONFLICT (case_id, task_id, cycle) WHERE task_id IS NOT NULL AND (state <> 'skipped' OR is_final)
                 DO NOTHING
          RETURNING id, case_id, task_id
        """,
        run=run.id or None,
        day=day,
        uid=uid,
        **column,
    )


def insert_notices(rows: list[tuple], uid: int) -> SQL:
    """Insert the notices of actions that were just planned.

    :param rows: (action id, amount)
    """
    return SQL(
        """
        INSERT INTO collection_notice (action_id, case_id, company_id, partner_id, step_id, task_id, channel_id,
                    template_id, tone, amount, create_uid, write_uid, create_date, write_date)
             SELECT action.id, action.case_id, action.company_id, action.partner_id, action.step_id, action.task_id,
                    action.channel_id, task.template_id, step.tone, new.amount, %(uid)s, %(uid)s,
                    now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
               FROM unnest(%(ids)s::int[], %(amounts)s::numeric[]) new(id, amount)
               JOIN collection_action action ON action.id = new.id
               JOIN collection_strategy_step step ON step.id = action.step_id
               JOIN collection_strategy_step_task task ON task.id = action.task_id
        """,
        ids=[row[0] for row in rows],
        amounts=[row[1] for row in rows],
        uid=uid,
    )


def claim(limit: int, now, claimant: str, company_ids) -> SQL:
    """Claim planned actions that are due: they are *sending* from here on, whoever looks.

    SKIP LOCKED lets any number of workers share the outbox.

    :param claimant: which database session claims
    :param company_ids: ids of companies
    """
    return SQL(
        """
        -- MATERIALIZED: as a subselect it may be asked again for each row, and take more than its limit.
        WITH chosen AS MATERIALIZED (
            SELECT id FROM collection_action
             WHERE state = 'planned' AND is_outbox AND approval IS DISTINCT FROM 'needed'
               AND company_id = ANY(%(companies)s) AND (next_try IS NULL OR next_try <= %(now)s)
          ORDER BY next_try NULLS FIRST, id
             LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
        UPDATE collection_action action SET state = 'sending', claim = %(claimant)s
          FROM chosen WHERE action.id = chosen.id
     RETURNING action.id
        """,
        limit=limit,
        now=now,
        claimant=claimant,
        companies=list(company_ids),
    )


def claimant() -> SQL:
    """Return a SELECT of what identifies this database session, for as long as it lives."""
    return SQL(
        """
        SELECT pid || '@' || to_char(backend_start AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISS.US')
          FROM pg_stat_activity WHERE pid = pg_backend_pid()
        """
    )


def orphans() -> SQL:
    """Mark as uncertain what was being sent by a session that is gone. Returns the ids.

    Whether it left, nobody can know: a person decides, and it is never sent again by itself.
    """
    return SQL(
        """
        UPDATE collection_action SET state = 'uncertain', claim = NULL
         WHERE id IN (
                SELECT action.id FROM collection_action action
                 WHERE action.state = 'sending' AND action.is_outbox AND NOT EXISTS (
                       SELECT 1 FROM pg_stat_activity session
                        WHERE session.datname = current_database()
                          AND session.pid || '@'
                              || to_char(session.backend_start AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISS.US')
                              = action.claim)
                   FOR UPDATE SKIP LOCKED)
     RETURNING id
        """
    )


def insert_decisions(run, rows: list[tuple], uid: int) -> SQL:
    """Insert decisions of a run.

    :param rows: (case, customer, segment, strategy, step, task, channel, verdict, code, day, detail, amount)
    """
    columns = list(zip(*rows, strict=True))
    return SQL(
        """
        INSERT INTO collection_decision (run_id, company_id, case_id, partner_id, segment_id, strategy_id, step_id,
                    task_id, channel_id, verdict, code, day, detail, amount,
                    create_uid, write_uid, create_date, write_date)
             SELECT %(run)s, %(company)s, new.*, %(uid)s, %(uid)s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
               FROM unnest(%(cases)s::int[], %(partners)s::int[], %(segments)s::int[], %(strategies)s::int[],
                           %(steps)s::int[], %(tasks)s::int[], %(channels)s::int[], %(verdicts)s::varchar[],
                           %(codes)s::varchar[], %(days)s::date[], %(details)s::varchar[], %(amounts)s::numeric[]) new
        """,
        run=run.id,
        company=run.company_id.id,
        uid=uid,
        cases=list(columns[0]),
        partners=list(columns[1]),
        segments=list(columns[2]),
        strategies=list(columns[3]),
        steps=list(columns[4]),
        tasks=list(columns[5]),
        channels=list(columns[6]),
        verdicts=list(columns[7]),
        codes=list(columns[8]),
        days=list(columns[9]),
        details=list(columns[10]),
        amounts=list(columns[11]),
    )


def restart(company) -> SQL:
    """Begin a new cycle where all that this one's notices spoke of is settled, and newer debts are overdue.

    Returns the ids of the cases.
    """
    return SQL(
        """
        WITH said AS (
            SELECT record.id, BOOL_OR(item.state = 'open' AND item.residual > 0) AS is_open
              FROM collection_case record
              JOIN collection_notice notice ON notice.case_id = record.id
              JOIN collection_action action ON action.id = notice.action_id AND action.cycle = record.cycle
              JOIN collection_notice_line line ON line.notice_id = notice.id AND line.amount > 0
         LEFT JOIN collection_item item ON item.id = line.item_id
             WHERE record.company_id = %(company)s AND record.state <> 'completed' AND record.is_overdue
          GROUP BY record.id)
        UPDATE collection_case record SET cycle = record.cycle + 1, cycle_date = record.date_refreshed
          FROM said
         WHERE said.id = record.id AND said.is_open IS NOT TRUE
           AND NOT EXISTS (SELECT 1 FROM collection_action action
                            WHERE action.case_id = record.id AND action.cycle = record.cycle
                              AND action.is_outbox AND action.state IN ('planned', 'sending'))
     RETURNING record.id
        """,
        company=company.id,
    )
