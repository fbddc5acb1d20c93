DROP TRIGGER IF EXISTS inquiries_inquiry_is_never_changed ON inquiries_inquiry
-- ;;
CREATE TRIGGER inquiries_inquiry_is_never_changed BEFORE UPDATE ON inquiries_inquiry
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('inquiry: it is never changed')
-- ;;
DROP TRIGGER IF EXISTS inquiries_inquiry_is_never_deleted ON inquiries_inquiry
-- ;;
CREATE TRIGGER inquiries_inquiry_is_never_deleted BEFORE DELETE ON inquiries_inquiry
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('inquiry: it is never deleted')
-- ;;
DROP TRIGGER IF EXISTS inquiries_ticket_is_never_changed ON inquiries_ticket
-- ;;
CREATE TRIGGER inquiries_ticket_is_never_changed BEFORE UPDATE ON inquiries_ticket
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('ticket: it is never changed')
-- ;;
DROP TRIGGER IF EXISTS inquiries_ticket_is_never_deleted ON inquiries_ticket
-- ;;
CREATE TRIGGER inquiries_ticket_is_never_deleted BEFORE DELETE ON inquiries_ticket
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('ticket: it is never deleted')
-- ;;
DROP TRIGGER IF EXISTS inquiries_reply_is_never_changed ON inquiries_reply
-- ;;
CREATE TRIGGER inquiries_reply_is_never_changed BEFORE UPDATE ON inquiries_reply
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('reply: it is never changed')
-- ;;
DROP TRIGGER IF EXISTS inquiries_reply_is_never_deleted ON inquiries_reply
-- ;;
CREATE TRIGGER inquiries_reply_is_never_deleted BEFORE DELETE ON inquiries_reply
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('reply: it is never deleted')
-- ;;
DROP TRIGGER IF EXISTS inquiries_fact_is_never_changed ON inquiries_fact
-- ;;
CREATE TRIGGER inquiries_fact_is_never_changed BEFORE UPDATE ON inquiries_fact
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('fact: it is never changed')
-- ;;
DROP TRIGGER IF EXISTS inquiries_fact_is_never_deleted ON inquiries_fact
-- ;;
CREATE TRIGGER inquiries_fact_is_never_deleted BEFORE DELETE ON inquiries_fact
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('fact: it is never deleted')
-- ;;
CREATE OR REPLACE FUNCTION hedui_gate_refuse(reason text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'gate: %', reason USING ERRCODE = 'check_violation';
END $$
-- ;;
DROP FUNCTION IF EXISTS hedui_gate_live(uuid, uuid, uuid, text)
-- ;;
-- Lock the authorization first, then take the time: a revocation either waits until this
-- transaction has ended or is seen here. Returns the authorization.
CREATE FUNCTION hedui_gate_live(authorization_ uuid, member_ uuid, case_ uuid, purpose_ text)
RETURNS authorizations_authorization LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  held authorizations_authorization;
  now_ timestamptz;
BEGIN
  SELECT * INTO held FROM authorizations_authorization a WHERE a.id = authorization_ FOR SHARE;
  now_ := clock_timestamp();
  IF held.id IS NULL OR held.member_id <> member_ OR held.case_id <> case_
     OR held.purpose <> purpose_ THEN
    PERFORM hedui_gate_refuse('no authorization of this person for this purpose');
  END IF;
  IF held.revoked_at IS NOT NULL THEN
    PERFORM hedui_gate_refuse('authorization revoked');
  END IF;
  IF held.valid_from > now_ OR held.valid_until <= now_ THEN
    PERFORM hedui_gate_refuse('authorization not in force now');
  END IF;
  RETURN held;
END $$
-- ;;
CREATE OR REPLACE FUNCTION hedui_inquiry_gate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  ordered record;
  asked agencies_department;
  agreed agencies_agreement;
  now_ timestamptz := clock_timestamp();
  today_ date := (now_ AT TIME ZONE 'Asia/Shanghai')::date;
  held authorizations_authorization;
BEGIN
  SELECT c.id, c.case_id, c.purpose, k.division INTO ordered FROM commissions_commission c
  JOIN cases_case k ON k.id = c.case_id
  JOIN cases_declaration d ON d.id = c.declaration_id AND d.case_id = c.case_id
  JOIN cases_member m ON m.id = NEW.member_id AND m.case_id = c.case_id
  WHERE c.id = NEW.commission_id AND c.closed_at IS NULL
    AND d.frozen_at IS NOT NULL AND NOT m.replaced
  FOR SHARE OF c, m;
  IF ordered.id IS NULL THEN
    PERFORM hedui_gate_refuse('declaration not frozen, or not of this case and person');
  END IF;
  IF ordered.purpose <> NEW.purpose THEN
    PERFORM hedui_gate_refuse('no authorization of this person for this purpose');
  END IF;
  held := hedui_gate_live(NEW.authorization_id, NEW.member_id, ordered.case_id, NEW.purpose);
  IF jsonb_typeof(NEW.items) <> 'array' THEN
    PERFORM hedui_gate_refuse('items must be a list, not empty, all of this source');
  END IF;
  IF jsonb_array_length(NEW.items) = 0 OR EXISTS (
       SELECT 1 FROM jsonb_array_elements(NEW.items) i
       WHERE jsonb_typeof(i) <> 'string'
          OR left(i #>> '{}', length(NEW.source) + 1) <> NEW.source || '.') THEN
    PERFORM hedui_gate_refuse('items must be a list, not empty, all of this source');
  END IF;
  IF NOT NEW.items <@ held.items THEN
    PERFORM hedui_gate_refuse('item not authorized');
  END IF;
  IF NOT EXISTS (SELECT 1 FROM inquiries_allowlist w
                 WHERE w.programme = NEW.purpose AND w.ended_at IS NULL
                   AND NEW.items <@ w.items) THEN
    PERFORM hedui_gate_refuse('item beyond what the programme needs');
  END IF;
  SELECT p.* INTO asked FROM agencies_department p
  WHERE p.id = NEW.department_id AND p.source = NEW.source;
  IF asked.id IS NULL THEN
    PERFORM hedui_gate_refuse('department does not hold this source');
  END IF;
  SELECT g.* INTO agreed FROM agencies_agreement g
  WHERE g.id = NEW.agreement_id AND g.department_id = asked.id;
  IF asked.first_day > today_ OR asked.last_day < today_
     OR agreed.id IS NULL OR agreed.approved_at IS NULL OR agreed.approved_by = agreed.proposed_by
     OR agreed.first_day > today_ OR agreed.last_day < today_ OR agreed.ended_at <= now_
     OR asked.division NOT IN (ordered.division, left(ordered.division, 4) || '00',
                               left(ordered.division, 2) || '0000') THEN
    PERFORM hedui_gate_refuse('no agreement with this department, there and today');
  END IF;
  IF NOT NEW.items <@ agreed.items THEN
    PERFORM hedui_gate_refuse('item not in the agreement');
  END IF;
  IF NEW.due_at <= clock_timestamp() OR NEW.due_at > clock_timestamp() + interval '11 days' THEN
    PERFORM hedui_gate_refuse('a deadline lies ahead, by eleven days at most');
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS inquiries_inquiry_gate ON inquiries_inquiry
-- ;;
CREATE TRIGGER inquiries_inquiry_gate BEFORE INSERT ON inquiries_inquiry
FOR EACH ROW EXECUTE FUNCTION hedui_inquiry_gate()
-- ;;
CREATE OR REPLACE FUNCTION hedui_ticket_gate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  asked inquiries_inquiry;
  case_ uuid;
  held authorizations_authorization;
  agreed agencies_agreement;
  hour_ time;
BEGIN
  SELECT q.* INTO asked FROM inquiries_inquiry q WHERE q.id = NEW.inquiry_id FOR UPDATE;
  SELECT c.case_id INTO case_ FROM commissions_commission c
  JOIN cases_member m ON m.id = asked.member_id AND NOT m.replaced
  WHERE c.id = asked.commission_id AND c.closed_at IS NULL
  FOR SHARE OF c, m;
  IF case_ IS NULL THEN
    PERFORM hedui_gate_refuse('the case is closed or the person was replaced');
  END IF;
  held := hedui_gate_live(asked.authorization_id, asked.member_id, case_, asked.purpose);
  -- Locked: its end either waits until this transaction has ended or is seen here.
  SELECT g.* INTO agreed FROM agencies_agreement g WHERE g.id = asked.agreement_id FOR SHARE;
  IF agreed.id IS NULL OR agreed.ended_at <= clock_timestamp()
     OR agreed.last_day < (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date THEN
    PERFORM hedui_gate_refuse('the agreement is not in force now');
  END IF;
  hour_ := (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::time;
  IF agreed.opens IS NOT NULL
     AND (CASE WHEN agreed.opens <= agreed.closes
               THEN hour_ < agreed.opens OR hour_ >= agreed.closes
               ELSE hour_ < agreed.opens AND hour_ >= agreed.closes END) THEN
    PERFORM hedui_gate_refuse('outside the hours agreed');
  END IF;
  IF asked.due_at <= clock_timestamp() OR EXISTS (
       SELECT 1 FROM inquiries_reply r WHERE r.inquiry_id = asked.id AND r.conclusive) THEN
    PERFORM hedui_gate_refuse('already answered or past the deadline');
  END IF;
  IF NEW.expires_at <= clock_timestamp()
     OR NEW.expires_at > clock_timestamp() + interval '10 minutes' THEN
    PERFORM hedui_gate_refuse('a ticket lives ten minutes at most');
  END IF;
  IF NEW.expires_at > asked.due_at OR NEW.expires_at > held.valid_until THEN
    PERFORM hedui_gate_refuse('a ticket ends with the authorization and the deadline');
  END IF;
  -- The authorization is locked by now: this is the moment that a revocation comes before or after.
  NEW.minted_at := clock_timestamp();
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS inquiries_ticket_gate ON inquiries_ticket
-- ;;
CREATE TRIGGER inquiries_ticket_gate BEFORE INSERT ON inquiries_ticket
FOR EACH ROW EXECUTE FUNCTION hedui_ticket_gate()
-- ;;
CREATE OR REPLACE FUNCTION hedui_reply_fits_its_ticket() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  revoked_ timestamptz;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM inquiries_ticket t
                 WHERE t.id = NEW.ticket_id AND t.inquiry_id = NEW.inquiry_id) THEN
    RAISE EXCEPTION 'reply: the ticket is of another inquiry' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.outcome NOT IN ('FOUND', 'PARTIAL', 'NOT_FOUND', 'MULTIPLE', 'NAME_MISMATCH', 'REFUSED',
                         'UNAVAILABLE', 'UNREADABLE', 'NO_ANSWER', 'DISCARDED')
     OR NEW.conclusive <> (NEW.outcome NOT IN ('UNAVAILABLE', 'UNREADABLE', 'NO_ANSWER', 'DISCARDED')) THEN
    RAISE EXCEPTION 'reply: silence concludes nothing, an answer does'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.conclusive THEN
    -- Locked: a revocation either waits until this reply is kept or is seen here.
    SELECT a.revoked_at INTO revoked_ FROM authorizations_authorization a
    JOIN inquiries_inquiry q ON q.authorization_id = a.id
    WHERE q.id = NEW.inquiry_id FOR SHARE OF a;
    IF revoked_ IS NOT NULL THEN
      RAISE EXCEPTION 'reply: the authorization was revoked before it came'
        USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  RETURN NEW;
END $$
-- ;;
CREATE OR REPLACE FUNCTION hedui_fact_was_found() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM inquiries_reply r
                 WHERE r.id = NEW.reply_id AND r.outcome IN ('FOUND', 'PARTIAL')) THEN
    RAISE EXCEPTION 'fact: only what a source has found' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS inquiries_fact_was_found ON inquiries_fact
-- ;;
CREATE TRIGGER inquiries_fact_was_found BEFORE INSERT ON inquiries_fact
FOR EACH ROW EXECUTE FUNCTION hedui_fact_was_found()
-- ;;
DROP TRIGGER IF EXISTS inquiries_reply_fits_its_ticket ON inquiries_reply
-- ;;
CREATE TRIGGER inquiries_reply_fits_its_ticket BEFORE INSERT ON inquiries_reply
FOR EACH ROW EXECUTE FUNCTION hedui_reply_fits_its_ticket()
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
DROP TRIGGER IF EXISTS inquiries_allowlist_is_never_deleted ON inquiries_allowlist
-- ;;
CREATE TRIGGER inquiries_allowlist_is_never_deleted BEFORE DELETE ON inquiries_allowlist
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('allow-list: it is never deleted')
-- ;;
DROP TRIGGER IF EXISTS inquiries_allowlist_is_never_truncated ON inquiries_allowlist
-- ;;
CREATE TRIGGER inquiries_allowlist_is_never_truncated BEFORE TRUNCATE ON inquiries_allowlist
FOR EACH STATEMENT EXECUTE FUNCTION hedui_refuse('allow-list: never truncated')
-- ;;
DROP TRIGGER IF EXISTS inquiries_inquiry_is_never_truncated ON inquiries_inquiry
-- ;;
CREATE TRIGGER inquiries_inquiry_is_never_truncated BEFORE TRUNCATE ON inquiries_inquiry
FOR EACH STATEMENT EXECUTE FUNCTION hedui_refuse('inquiry: never truncated')
-- ;;
DROP TRIGGER IF EXISTS inquiries_ticket_is_never_truncated ON inquiries_ticket
-- ;;
CREATE TRIGGER inquiries_ticket_is_never_truncated BEFORE TRUNCATE ON inquiries_ticket
FOR EACH STATEMENT EXECUTE FUNCTION hedui_refuse('ticket: never truncated')
-- ;;
DROP TRIGGER IF EXISTS inquiries_reply_is_never_truncated ON inquiries_reply
-- ;;
CREATE TRIGGER inquiries_reply_is_never_truncated BEFORE TRUNCATE ON inquiries_reply
FOR EACH STATEMENT EXECUTE FUNCTION hedui_refuse('reply: never truncated')
-- ;;
DROP TRIGGER IF EXISTS inquiries_fact_is_never_truncated ON inquiries_fact
-- ;;
CREATE TRIGGER inquiries_fact_is_never_truncated BEFORE TRUNCATE ON inquiries_fact
FOR EACH STATEMENT EXECUTE FUNCTION hedui_refuse('fact: never truncated')
-- ;;
-- Standing 资格 at every dispatch. The guardianship and the guardian are locked, so that their end
-- either waits until this transaction has ended or is seen here.
CREATE OR REPLACE FUNCTION hedui_gate_standing(authorization_ uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  held record;
  given authorizations_guardianship;
BEGIN
  SELECT a.id, a.guardianship_id, a.entry_id, a.issuer, k.division, y.second_person INTO held
  FROM authorizations_authorization a
  JOIN cases_case k ON k.id = a.case_id
  JOIN agencies_agency y ON y.id = k.agency_id
  WHERE a.id = authorization_;
  IF held.issuer <> '' AND held.issuer <> held.division THEN
    PERFORM hedui_gate_refuse('issued in another county, to be signed anew');
  END IF;
  IF held.guardianship_id IS NOT NULL THEN
    SELECT g.* INTO given FROM authorizations_guardianship g
    JOIN cases_member m ON m.id = g.member_id
    WHERE g.id = held.guardianship_id AND g.ended_at IS NULL AND NOT m.replaced
      AND (g.ground IN ('no_capacity', 'limited_capacity')
           OR NOT hedui_is_of_age(m.birth_date,
                                  (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date))
    FOR SHARE OF g;
    IF given.guardian_id IS NOT NULL THEN
      PERFORM 1 FROM cases_member w WHERE w.id = given.guardian_id AND NOT w.replaced FOR SHARE;
      IF NOT FOUND THEN
        PERFORM hedui_gate_refuse('the guardian has no standing any more');
      END IF;
    END IF;
    IF given.id IS NULL OR EXISTS (
         SELECT 1 FROM authorizations_guardianship o
         WHERE o.member_id = given.guardian_id AND o.ended_at IS NULL
           AND o.ground IN ('no_capacity', 'limited_capacity')) THEN
      PERFORM hedui_gate_refuse('the guardian has no standing any more');
    END IF;
  END IF;
  IF held.second_person
     AND NOT EXISTS (SELECT 1 FROM authorizations_confirmation c
                     JOIN record_entry by_ ON by_.id = c.entry_id
                     JOIN record_entry in_ ON in_.id = held.entry_id
                     WHERE c.authorization_id = held.id AND by_.actor <> in_.actor) THEN
    PERFORM hedui_gate_refuse('a second officer has not confirmed the signature');
  END IF;
END $$
-- ;;
CREATE OR REPLACE FUNCTION hedui_inquiry_standing() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM hedui_gate_standing(NEW.authorization_id);
  RETURN NULL;
END $$
-- ;;
DROP TRIGGER IF EXISTS inquiries_inquiry_standing ON inquiries_inquiry
-- ;;
CREATE TRIGGER inquiries_inquiry_standing AFTER INSERT ON inquiries_inquiry
FOR EACH ROW EXECUTE FUNCTION hedui_inquiry_standing()
-- ;;
CREATE OR REPLACE FUNCTION hedui_ticket_standing() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM hedui_gate_standing(q.authorization_id)
  FROM inquiries_inquiry q WHERE q.id = NEW.inquiry_id;
  RETURN NULL;
END $$
-- ;;
DROP TRIGGER IF EXISTS inquiries_ticket_standing ON inquiries_ticket
-- ;;
CREATE TRIGGER inquiries_ticket_standing AFTER INSERT ON inquiries_ticket
FOR EACH ROW EXECUTE FUNCTION hedui_ticket_standing()
-- ;;
DROP TRIGGER IF EXISTS inquiries_reverification_is_never_changed ON inquiries_reverification
-- ;;
CREATE TRIGGER inquiries_reverification_is_never_changed BEFORE UPDATE ON inquiries_reverification
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('reverification: it is never changed')
-- ;;
DROP TRIGGER IF EXISTS inquiries_reverification_is_never_deleted ON inquiries_reverification
-- ;;
CREATE TRIGGER inquiries_reverification_is_never_deleted BEFORE DELETE ON inquiries_reverification
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('reverification: it is never deleted')
-- ;;
DROP TRIGGER IF EXISTS inquiries_reverification_is_never_truncated ON inquiries_reverification
-- ;;
CREATE TRIGGER inquiries_reverification_is_never_truncated BEFORE TRUNCATE ON inquiries_reverification
FOR EACH STATEMENT EXECUTE FUNCTION hedui_refuse('reverification: never truncated')
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
  IF NOT FOUND OR NEW.ordered_by NOT LIKE 'officer:%' THEN
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
