
CREATE OR REPLACE FUNCTION hedui_gate_refuse(reason text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'gate: %', reason USING ERRCODE = 'check_violation';
END $$
-- ;;
DROP TRIGGER IF EXISTS inquiries_inquiry_gate ON inquiries_inquiry
-- ;;
DROP TRIGGER IF EXISTS inquiries_ticket_gate ON inquiries_ticket
-- ;;
DROP FUNCTION IF EXISTS hedui_gate_live(uuid, uuid, uuid, text)
-- ;;
-- The gate looks at all rows of a statement at once: a household's questions rest on few
-- authorizations, and each is locked and looked at once.
--
-- enable_…: a plan is kept as long as the session, and must hold when the tables have grown. So
-- every row is found by its key from the rows of the statement, and none by reading through others.
--
-- Lock the authorizations first, then take the time: a revocation either waits until this
-- transaction has ended or is seen by what looks afterwards.
DROP FUNCTION IF EXISTS hedui_gate_lock(uuid[], uuid[], uuid[])
-- ;;
CREATE OR REPLACE FUNCTION hedui_gate_lock(
  authorizations uuid[], commissions uuid[], members uuid[], agreements uuid[]
) RETURNS timestamptz LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  PERFORM 1 FROM commissions_commission c WHERE c.id = ANY (commissions) ORDER BY c.id FOR SHARE;
  PERFORM 1 FROM cases_member m WHERE m.id = ANY (members) ORDER BY m.id FOR SHARE;
  PERFORM 1 FROM authorizations_authorization a WHERE a.id = ANY (authorizations)
  ORDER BY a.id FOR SHARE;
  PERFORM 1 FROM agencies_agreement g WHERE g.id = ANY (agreements) ORDER BY g.id FOR SHARE;
  RETURN clock_timestamp();
END $$
-- ;;
-- What the application locks before it asks, lets out or keeps, in the order in which everybody
-- does; run as who asks, not as the owner. Whether anything was asked is looked up behind the lock,
-- where nobody can be asking meanwhile.
DROP FUNCTION IF EXISTS hedui_hold(uuid)
-- ;;
CREATE OR REPLACE FUNCTION hedui_hold(
  commission uuid, OUT closed_at timestamptz, OUT held_at timestamptz, OUT asked boolean
) LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  case_ uuid;
BEGIN
  SELECT c.closed_at, c.case_id INTO STRICT closed_at, case_
  FROM commissions_commission c WHERE c.id = commission FOR NO KEY UPDATE;
  PERFORM 1 FROM authorizations_guardianship g WHERE g.case_id = case_ ORDER BY g.id
  FOR NO KEY UPDATE;
  PERFORM 1 FROM cases_member m WHERE m.case_id = case_ ORDER BY m.id FOR NO KEY UPDATE;
  PERFORM 1 FROM authorizations_authorization a WHERE a.case_id = case_ ORDER BY a.id
  FOR NO KEY UPDATE;
  asked := EXISTS (SELECT 1 FROM inquiries_inquiry q WHERE q.commission_id = commission);
  held_at := clock_timestamp();
END $$
-- ;;
-- Why an authorization does not carry a question, NULL where it does.
CREATE OR REPLACE FUNCTION hedui_gate_live(
  held authorizations_authorization, member_ uuid, case_ uuid, purpose_ text, now_ timestamptz
) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE
    WHEN held.id IS NULL OR held.member_id <> member_ OR held.case_id <> case_
         OR held.purpose <> purpose_ THEN 'gate: no authorization of this person for this purpose'
    WHEN held.revoked_at IS NOT NULL THEN 'gate: authorization revoked'
    WHEN held.valid_from > now_ OR held.valid_until <= now_ THEN 'gate: authorization not in force now'
  END
$$
-- ;;
-- An entry is written when its act is over, so none that stands can cover what is asked now.
CREATE OR REPLACE FUNCTION hedui_inquiry_gate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  now_ timestamptz;
  today_ date;
  reason_ text;
  authorizations_ uuid[];
BEGIN
  SELECT hedui_gate_lock(array_agg(n.authorization_id), array_agg(n.commission_id),
                         array_agg(n.member_id), array_agg(n.agreement_id)),
         array_agg(n.authorization_id)
  INTO now_, authorizations_ FROM put n;
  today_ := (now_ AT TIME ZONE 'Asia/Shanghai')::date;
  SELECT w.reason INTO reason_ FROM (
    SELECT CASE
      WHEN e.id IS NOT NULL THEN 'gate: no question joins an act that is over'
      WHEN m.id IS NULL OR m.replaced OR d.id IS NULL OR d.frozen_at IS NULL OR c.closed_at IS NOT NULL
        THEN 'gate: declaration not frozen, or not of this case and person'
      WHEN c.purpose <> n.purpose THEN 'gate: no authorization of this person for this purpose'
      WHEN hedui_gate_live(a, n.member_id, c.case_id, n.purpose, now_) IS NOT NULL
        THEN hedui_gate_live(a, n.member_id, c.case_id, n.purpose, now_)
      WHEN jsonb_typeof(n.items) <> 'array' THEN 'gate: items must be a list, not empty, all of this source'
      WHEN jsonb_array_length(n.items) = 0 OR EXISTS (
             SELECT 1 FROM jsonb_array_elements(n.items) i
             WHERE jsonb_typeof(i) <> 'string'
                OR left(i #>> '{}', length(n.source) + 1) <> n.source || '.')
        THEN 'gate: items must be a list, not empty, all of this source'
      WHEN NOT n.items <@ a.items THEN 'gate: item not authorized'
      WHEN NOT EXISTS (SELECT 1 FROM inquiries_allowlist l
                       WHERE l.programme = n.purpose AND l.ended_at IS NULL AND n.items <@ l.items)
        THEN 'gate: item beyond what the programme needs'
      WHEN p.id IS NULL THEN 'gate: department does not hold this source'
      WHEN p.first_day > today_ OR p.last_day < today_
           OR g.id IS NULL OR g.approved_at IS NULL OR g.approved_by = g.proposed_by
           OR g.first_day > today_ OR g.last_day < today_ OR g.ended_at <= now_
           OR p.division NOT IN (k.division, left(k.division, 4) || '00', left(k.division, 2) || '0000')
        THEN 'gate: no agreement with this department, there and today'
      WHEN NOT n.items <@ g.items THEN 'gate: item not in the agreement'
      WHEN n.due_at <= now_ OR n.due_at > now_ + interval '11 days'
        THEN 'gate: a deadline lies ahead, by eleven days at most'
    END AS reason
    FROM put n
    LEFT JOIN commissions_commission c ON c.id = n.commission_id
    LEFT JOIN cases_case k ON k.id = c.case_id
    LEFT JOIN cases_declaration d ON d.id = c.declaration_id AND d.case_id = c.case_id
    LEFT JOIN cases_member m ON m.id = n.member_id AND m.case_id = c.case_id
    LEFT JOIN authorizations_authorization a ON a.id = n.authorization_id
    LEFT JOIN agencies_department p ON p.id = n.department_id AND p.source = n.source
    LEFT JOIN agencies_agreement g ON g.id = n.agreement_id AND g.department_id = p.id
    LEFT JOIN record_entry e ON e.id = n.entry_id
  ) w WHERE w.reason IS NOT NULL LIMIT 1;
  IF reason_ IS NOT NULL THEN
    RAISE EXCEPTION '%', reason_ USING ERRCODE = 'check_violation';
  END IF;
  PERFORM hedui_gate_standing_of(authorizations_);
  RETURN NULL;
END $$
-- ;;
CREATE TRIGGER inquiries_inquiry_gate AFTER INSERT ON inquiries_inquiry
REFERENCING NEW TABLE AS put FOR EACH STATEMENT EXECUTE FUNCTION hedui_inquiry_gate()
-- ;;
-- Taken before the authorization is locked by the gate below, never after it: a revocation that the
-- gate does not see begins later. For each row: so it names the clock in full, and sets no path.
CREATE OR REPLACE FUNCTION hedui_ticket_is_minted_now() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.minted_at := pg_catalog.clock_timestamp();
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS inquiries_ticket_is_minted_now ON inquiries_ticket
-- ;;
CREATE TRIGGER inquiries_ticket_is_minted_now BEFORE INSERT ON inquiries_ticket
FOR EACH ROW EXECUTE FUNCTION hedui_ticket_is_minted_now()
-- ;;
CREATE OR REPLACE FUNCTION hedui_ticket_gate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  now_ timestamptz;
  today_ date;
  hour_ time;
  reason_ text;
  authorizations_ uuid[];
BEGIN
  PERFORM 1 FROM inquiries_inquiry q WHERE q.id IN (SELECT inquiry_id FROM put)
  ORDER BY q.id FOR UPDATE;
  SELECT hedui_gate_lock(array_agg(q.authorization_id), array_agg(q.commission_id),
                         array_agg(q.member_id), array_agg(q.agreement_id)),
         array_agg(q.authorization_id)
  INTO now_, authorizations_ FROM put n JOIN inquiries_inquiry q ON q.id = n.inquiry_id;
  today_ := (now_ AT TIME ZONE 'Asia/Shanghai')::date;
  hour_ := (now_ AT TIME ZONE 'Asia/Shanghai')::time;
  SELECT w.reason INTO reason_ FROM (
    SELECT CASE
      WHEN e.id IS NOT NULL THEN 'gate: no question joins an act that is over'
      WHEN c.id IS NULL OR c.closed_at IS NOT NULL OR m.replaced
        THEN 'gate: the case is closed or the person was replaced'
      WHEN hedui_gate_live(a, q.member_id, c.case_id, q.purpose, now_) IS NOT NULL
        THEN hedui_gate_live(a, q.member_id, c.case_id, q.purpose, now_)
      WHEN g.id IS NULL OR g.ended_at <= now_ OR g.last_day < today_
        THEN 'gate: the agreement is not in force now'
      WHEN CASE WHEN g.opens <= g.closes
                THEN hour_ < g.opens OR hour_ >= g.closes
                ELSE hour_ < g.opens AND hour_ >= g.closes END
        THEN 'gate: outside the hours agreed'
      WHEN q.due_at <= now_ OR r.id IS NOT NULL
        THEN 'gate: already answered or past the deadline'
      WHEN n.expires_at <= now_ OR n.expires_at > now_ + interval '10 minutes'
        THEN 'gate: a ticket lives ten minutes at most'
      WHEN n.expires_at > q.due_at OR n.expires_at > a.valid_until
        THEN 'gate: a ticket ends with the authorization and the deadline'
    END AS reason
    FROM put n
    LEFT JOIN inquiries_inquiry q ON q.id = n.inquiry_id
    LEFT JOIN commissions_commission c ON c.id = q.commission_id
    LEFT JOIN cases_member m ON m.id = q.member_id
    LEFT JOIN authorizations_authorization a ON a.id = q.authorization_id
    LEFT JOIN agencies_agreement g ON g.id = q.agreement_id
    LEFT JOIN inquiries_reply r ON r.inquiry_id = q.id AND r.conclusive
    LEFT JOIN record_entry e ON e.id = n.entry_id
  ) w WHERE w.reason IS NOT NULL LIMIT 1;
  IF reason_ IS NOT NULL THEN
    RAISE EXCEPTION '%', reason_ USING ERRCODE = 'check_violation';
  END IF;
  PERFORM hedui_gate_standing_of(authorizations_);
  RETURN NULL;
END $$
-- ;;
CREATE TRIGGER inquiries_ticket_gate AFTER INSERT ON inquiries_ticket
REFERENCING NEW TABLE AS put FOR EACH STATEMENT EXECUTE FUNCTION hedui_ticket_gate()
-- ;;
CREATE OR REPLACE FUNCTION hedui_reply_fits_its_ticket() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  reason_ text;
BEGIN
  -- Locked: a revocation either waits until these replies are kept or is seen here.
  PERFORM 1 FROM authorizations_authorization a WHERE a.id IN (
    SELECT q.authorization_id FROM put n JOIN inquiries_inquiry q ON q.id = n.inquiry_id)
  ORDER BY a.id FOR SHARE;
  SELECT w.reason INTO reason_ FROM (
    SELECT CASE
      WHEN t.inquiry_id IS DISTINCT FROM n.inquiry_id THEN 'reply: the ticket is of another inquiry'
      WHEN n.outcome NOT IN ('FOUND', 'PARTIAL', 'NOT_FOUND', 'MULTIPLE', 'NAME_MISMATCH', 'REFUSED',
                             'UNAVAILABLE', 'UNREADABLE', 'NO_ANSWER', 'DISCARDED')
           OR n.conclusive <> (n.outcome NOT IN ('UNAVAILABLE', 'UNREADABLE', 'NO_ANSWER', 'DISCARDED'))
        THEN 'reply: silence concludes nothing, an answer does'
      WHEN n.conclusive AND a.revoked_at IS NOT NULL
        THEN 'reply: the authorization was revoked before it came'
    END AS reason
    FROM put n
    LEFT JOIN inquiries_ticket t ON t.id = n.ticket_id
    LEFT JOIN inquiries_inquiry q ON q.id = n.inquiry_id
    LEFT JOIN authorizations_authorization a ON a.id = q.authorization_id
  ) w WHERE w.reason IS NOT NULL LIMIT 1;
  IF reason_ IS NOT NULL THEN
    RAISE EXCEPTION '%', reason_ USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
-- ;;
CREATE OR REPLACE FUNCTION hedui_fact_was_found() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  reason_ text;
BEGIN
  SELECT w.reason INTO reason_ FROM (
    SELECT CASE
      WHEN r.id IS NULL OR r.outcome NOT IN ('FOUND', 'PARTIAL') THEN 'fact: only what a source has found'
      -- An entry is written when its act is over: no fact joins a reply that stands.
      WHEN EXISTS (SELECT 1 FROM record_entry e WHERE e.id = r.entry_id) THEN 'fact: it comes with its reply'
    END AS reason
    FROM (SELECT DISTINCT reply_id FROM put) n LEFT JOIN inquiries_reply r ON r.id = n.reply_id
  ) w WHERE w.reason IS NOT NULL LIMIT 1;
  IF reason_ IS NOT NULL THEN
    RAISE EXCEPTION '%', reason_ USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
-- ;;
DROP TRIGGER IF EXISTS inquiries_fact_was_found ON inquiries_fact
-- ;;
CREATE TRIGGER inquiries_fact_was_found AFTER INSERT ON inquiries_fact
REFERENCING NEW TABLE AS put FOR EACH STATEMENT EXECUTE FUNCTION hedui_fact_was_found()
-- ;;
DROP TRIGGER IF EXISTS inquiries_reply_fits_its_ticket ON inquiries_reply
-- ;;
CREATE TRIGGER inquiries_reply_fits_its_ticket AFTER INSERT ON inquiries_reply
REFERENCING NEW TABLE AS put FOR EACH STATEMENT EXECUTE FUNCTION hedui_reply_fits_its_ticket()
-- ;;
CREATE OR REPLACE FUNCTION hedui_allowlist_only_ends() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL
     OR to_jsonb(NEW) - 'ended_at' <> to_jsonb(OLD) - 'ended_at' THEN
    RAISE EXCEPTION 'allow-list: never changed, only ended once' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS inquiries_allowlist_only_ends ON inquiries_allowlist
-- ;;
CREATE TRIGGER inquiries_allowlist_only_ends BEFORE UPDATE ON inquiries_allowlist
FOR EACH ROW EXECUTE FUNCTION hedui_allowlist_only_ends()
-- ;;
DROP TRIGGER IF EXISTS inquiries_inquiry_standing ON inquiries_inquiry
-- ;;
DROP TRIGGER IF EXISTS inquiries_ticket_standing ON inquiries_ticket
-- ;;
DROP FUNCTION IF EXISTS hedui_inquiry_standing()
-- ;;
DROP FUNCTION IF EXISTS hedui_ticket_standing()
-- ;;
DROP FUNCTION IF EXISTS hedui_gate_standing(uuid)
-- ;;
-- Standing 资格 at every dispatch, the last question of both gates. Where nothing but the signature
-- itself is asked, there is nothing to look at. Guardianships and guardians are locked, so that
-- their end either waits until this transaction has ended or is seen here.
CREATE OR REPLACE FUNCTION hedui_gate_standing_of(authorizations uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  asked uuid[];
  guardianships uuid[];
  today_ date;
  reason_ text;
BEGIN
  SELECT array_agg(a.id), array_agg(a.guardianship_id) INTO asked, guardianships
  FROM authorizations_authorization a
  JOIN cases_case k ON k.id = a.case_id
  JOIN agencies_agency y ON y.id = k.agency_id
  WHERE a.id = ANY (authorizations)
    AND (a.guardianship_id IS NOT NULL OR a.issuer NOT IN ('', k.division) OR y.second_person);
  IF asked IS NULL THEN
    RETURN;
  END IF;
  PERFORM 1 FROM authorizations_guardianship g WHERE g.id = ANY (guardianships)
  ORDER BY g.id FOR SHARE;
  PERFORM 1 FROM cases_member w WHERE w.id IN (
    SELECT g.guardian_id FROM authorizations_guardianship g WHERE g.id = ANY (guardianships))
  ORDER BY w.id FOR SHARE;
  today_ := (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
  SELECT w.reason INTO reason_ FROM (
    SELECT CASE
      WHEN a.issuer NOT IN ('', k.division) THEN 'gate: issued in another county, to be signed anew'
      WHEN a.guardianship_id IS NOT NULL AND (
             g.ended_at IS NOT NULL OR m.replaced OR w.replaced
             OR (g.ground NOT IN ('no_capacity', 'limited_capacity')
                 AND hedui_is_of_age(m.birth_date, today_) IS NOT FALSE)
             OR EXISTS (SELECT 1 FROM authorizations_guardianship o
                        WHERE o.member_id = g.guardian_id AND o.ended_at IS NULL
                          AND o.ground IN ('no_capacity', 'limited_capacity')))
        THEN 'gate: the guardian has no standing any more'
      WHEN y.second_person
           AND NOT EXISTS (SELECT 1 FROM authorizations_confirmation c
                           JOIN record_entry by_ ON by_.id = c.entry_id
                           JOIN record_entry in_ ON in_.id = a.entry_id
                           WHERE c.authorization_id = a.id AND by_.actor <> in_.actor
                             AND by_.act = 'authorizations.confirm' AND by_."case" = a.case_id)
        THEN 'gate: a second officer has not confirmed the signature'
    END AS reason
    FROM authorizations_authorization a
    JOIN cases_case k ON k.id = a.case_id
    JOIN agencies_agency y ON y.id = k.agency_id
    LEFT JOIN authorizations_guardianship g ON g.id = a.guardianship_id
    LEFT JOIN cases_member m ON m.id = g.member_id
    LEFT JOIN cases_member w ON w.id = g.guardian_id
    WHERE a.id = ANY (asked)
  ) w WHERE w.reason IS NOT NULL LIMIT 1;
  IF reason_ IS NOT NULL THEN
    RAISE EXCEPTION '%', reason_ USING ERRCODE = 'check_violation';
  END IF;
END $$
-- ;;
-- Files of questions 请求文件. What a file asks is locked in the order in which everybody locks:
-- commissions, guardianships, members, authorizations; a revocation waits until it has left, or is
-- seen here.
CREATE OR REPLACE FUNCTION hedui_requestfile_begins_unsent() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.ready_at IS NOT NULL OR NEW.left_at IS NOT NULL OR NEW.found_at IS NOT NULL
     OR NEW.ended_at IS NOT NULL THEN
    RAISE EXCEPTION 'request file: it begins unsent'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS inquiries_requestfile_begins_unsent ON inquiries_requestfile
-- ;;
CREATE TRIGGER inquiries_requestfile_begins_unsent BEFORE INSERT ON inquiries_requestfile
FOR EACH ROW EXECUTE FUNCTION hedui_requestfile_begins_unsent()
-- ;;
CREATE OR REPLACE FUNCTION hedui_requestfile_only_goes_on() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF to_jsonb(NEW) - '{ready_at,sha256,manifest,left_at,found_at,ended_at,code}'::text[]
       <> to_jsonb(OLD) - '{ready_at,sha256,manifest,left_at,found_at,ended_at,code}'::text[]
     OR (OLD.ready_at IS NOT NULL AND (NEW.ready_at IS DISTINCT FROM OLD.ready_at
         OR NEW.sha256 <> OLD.sha256 OR NEW.manifest <> OLD.manifest))
     OR (NEW.ready_at IS NOT NULL AND (NEW.sha256 = '' OR NEW.manifest = ''))
     OR (OLD.left_at IS NOT NULL AND NEW.left_at IS DISTINCT FROM OLD.left_at)
     OR (OLD.found_at IS NOT NULL AND NEW.found_at IS DISTINCT FROM OLD.found_at)
     OR (OLD.ended_at IS NOT NULL
         AND (NEW.ended_at IS DISTINCT FROM OLD.ended_at OR NEW.code <> OLD.code))
     OR (NEW.left_at IS NOT NULL AND NEW.found_at IS NOT NULL)
     OR (OLD.ended_at IS NOT NULL AND OLD.left_at IS NULL
         AND (NEW.left_at IS NOT NULL OR NEW.found_at IS NOT NULL))
     OR ((NEW.left_at IS NOT NULL OR NEW.found_at IS NOT NULL) AND NEW.ready_at IS NULL)
     OR (NEW.ended_at IS NOT NULL AND NEW.code = '') THEN
    RAISE EXCEPTION 'request file: never changed, it is made ready, leaves and ends, each once'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS inquiries_requestfile_only_goes_on ON inquiries_requestfile
-- ;;
CREATE TRIGGER inquiries_requestfile_only_goes_on BEFORE UPDATE ON inquiries_requestfile
FOR EACH ROW EXECUTE FUNCTION hedui_requestfile_only_goes_on()
-- ;;
CREATE OR REPLACE FUNCTION hedui_requestfile_leaves() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  now_ timestamptz;
BEGIN
  PERFORM 1 FROM commissions_commission c
  WHERE c.id IN (SELECT q.commission_id FROM inquiries_ticket t
                 JOIN inquiries_inquiry q ON q.id = t.inquiry_id WHERE t.message = NEW.id)
  ORDER BY c.id FOR SHARE;
  PERFORM 1 FROM authorizations_guardianship g
  WHERE g.id IN (SELECT a.guardianship_id FROM inquiries_ticket t
                 JOIN inquiries_inquiry q ON q.id = t.inquiry_id
                 JOIN authorizations_authorization a ON a.id = q.authorization_id
                 WHERE t.message = NEW.id)
  ORDER BY g.id FOR SHARE;
  PERFORM 1 FROM cases_member m
  WHERE m.case_id IN (SELECT c.case_id FROM inquiries_ticket t
                      JOIN inquiries_inquiry q ON q.id = t.inquiry_id
                      JOIN commissions_commission c ON c.id = q.commission_id
                      WHERE t.message = NEW.id)
  ORDER BY m.id FOR SHARE;
  PERFORM 1 FROM authorizations_authorization a
  WHERE a.id IN (SELECT q.authorization_id FROM inquiries_ticket t
                 JOIN inquiries_inquiry q ON q.id = t.inquiry_id WHERE t.message = NEW.id)
  ORDER BY a.id FOR SHARE;
  PERFORM 1 FROM agencies_agreement g WHERE g.id = NEW.agreement_id FOR SHARE;
  now_ := clock_timestamp();
  IF EXISTS (SELECT 1 FROM inquiries_ticket t WHERE t.message = NEW.id AND t.expires_at <= now_)
     OR (SELECT count(*) FROM inquiries_ticket t WHERE t.message = NEW.id) <> NEW.count THEN
    RAISE EXCEPTION 'request file: a ticket has run out' USING ERRCODE = 'check_violation';
  END IF;
  IF NOT EXISTS (
       SELECT 1 FROM agencies_agreement g WHERE g.id = NEW.agreement_id
         AND g.last_day >= (now_ AT TIME ZONE 'Asia/Shanghai')::date
         AND (g.ended_at IS NULL OR g.ended_at > now_)) THEN
    RAISE EXCEPTION 'request file: the agreement is not in force now'
      USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (
       SELECT 1 FROM inquiries_ticket t
       JOIN inquiries_inquiry q ON q.id = t.inquiry_id
       JOIN commissions_commission c ON c.id = q.commission_id
       JOIN cases_member m ON m.id = q.member_id
       JOIN authorizations_authorization a ON a.id = q.authorization_id
       WHERE t.message = NEW.id
         AND (c.closed_at IS NOT NULL OR m.replaced OR a.revoked_at IS NOT NULL
              OR a.valid_from > now_ OR a.valid_until <= now_)) THEN
    RAISE EXCEPTION 'request file: what it asks does not stand any more'
      USING ERRCODE = 'check_violation';
  END IF;
  PERFORM hedui_gate_standing_of(array_agg(q.authorization_id))
  FROM inquiries_ticket t JOIN inquiries_inquiry q ON q.id = t.inquiry_id WHERE t.message = NEW.id;
  NEW.left_at := now_;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS inquiries_requestfile_leaves_while_all_stands ON inquiries_requestfile
-- ;;
CREATE TRIGGER inquiries_requestfile_leaves_while_all_stands
BEFORE UPDATE ON inquiries_requestfile
FOR EACH ROW WHEN (OLD.left_at IS NULL AND NEW.left_at IS NOT NULL)
EXECUTE FUNCTION hedui_requestfile_leaves()
-- ;;
CREATE OR REPLACE FUNCTION hedui_answerfile_only_is_finished() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF OLD.finished_at IS NOT NULL OR NEW.finished_at IS NULL
     OR to_jsonb(NEW) - '{finished_at,code,counts,faults}'::text[]
       <> to_jsonb(OLD) - '{finished_at,code,counts,faults}'::text[] THEN
    RAISE EXCEPTION 'answer file: never changed, only finished once'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS inquiries_answerfile_only_is_finished ON inquiries_answerfile
-- ;;
CREATE TRIGGER inquiries_answerfile_only_is_finished BEFORE UPDATE ON inquiries_answerfile
FOR EACH ROW EXECUTE FUNCTION hedui_answerfile_only_is_finished()
-- ;;
CREATE OR REPLACE FUNCTION hedui_reverification_follows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM inquiries_inquiry q
  JOIN commissions_commission c ON c.id = q.commission_id AND c.closed_at IS NULL
  WHERE q.commission_id = NEW.commission_id AND q.member_id = NEW.member_id
    AND q.source = NEW.source AND q.round = NEW.round - 1
    AND (q.due_at <= clock_timestamp()
         OR EXISTS (SELECT 1 FROM inquiries_reply r WHERE r.inquiry_id = q.id AND r.conclusive))
  FOR SHARE OF c;
  IF NOT FOUND OR (NEW.ordered_by NOT LIKE 'officer:%'
                   AND NOT (NEW.ordered_by LIKE 'machine:%' AND NEW.reason = 'undecided')) THEN
    RAISE EXCEPTION 'reverification: ordered by an officer, of a question that was asked and is over'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS inquiries_reverification_follows_an_inquiry ON inquiries_reverification
-- ;;
CREATE TRIGGER inquiries_reverification_follows_an_inquiry BEFORE INSERT ON inquiries_reverification
FOR EACH ROW EXECUTE FUNCTION hedui_reverification_follows()
-- ;;
CREATE OR REPLACE FUNCTION hedui_inquiry_is_ordered_again() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM inquiries_reverification o
                 WHERE o.commission_id = NEW.commission_id AND o.member_id = NEW.member_id
                   AND o.source = NEW.source AND o.round = NEW.round) THEN
    PERFORM hedui_gate_refuse('an inquiry is asked once more on an order only');
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS inquiries_inquiry_is_ordered_again ON inquiries_inquiry
-- ;;
CREATE TRIGGER inquiries_inquiry_is_ordered_again BEFORE INSERT ON inquiries_inquiry
FOR EACH ROW WHEN (NEW.round <> 0) EXECUTE FUNCTION hedui_inquiry_is_ordered_again()
