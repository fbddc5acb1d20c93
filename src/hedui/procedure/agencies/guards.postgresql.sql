CREATE OR REPLACE FUNCTION hedui_agreement_begins_unapproved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  held text;
BEGIN
  IF NEW.proposed_by NOT LIKE 'officer:%' OR NEW.approved_at IS NOT NULL OR NEW.approved_by <> ''
     OR NEW.ended_at IS NOT NULL OR NEW.ended_by <> '' THEN
    RAISE EXCEPTION 'agreement: it begins as an officer''s proposal'
      USING ERRCODE = 'check_violation';
  END IF;
  SELECT d.source INTO held FROM agencies_department d WHERE d.id = NEW.department_id;
  IF jsonb_typeof(NEW.items) <> 'array' THEN
    RAISE EXCEPTION 'agreement: it names items of what the department holds'
      USING ERRCODE = 'check_violation';
  END IF;
  IF held IS NULL OR jsonb_array_length(NEW.items) = 0 OR EXISTS (
       SELECT 1 FROM jsonb_array_elements(NEW.items) i
       WHERE jsonb_typeof(i) <> 'string' OR left(i #>> '{}', length(held) + 1) <> held || '.') THEN
    RAISE EXCEPTION 'agreement: it names items of what the department holds'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.last_day < NEW.first_day OR NEW.last_day > NEW.first_day + 1830 THEN
    RAISE EXCEPTION 'agreement: it ends, after five years at most'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS agencies_agreement_begins_unapproved ON agencies_agreement
-- ;;
CREATE TRIGGER agencies_agreement_begins_unapproved BEFORE INSERT ON agencies_agreement
FOR EACH ROW EXECUTE FUNCTION hedui_agreement_begins_unapproved()
-- ;;
CREATE OR REPLACE FUNCTION hedui_agreement_is_approved_by_another() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  now_ timestamptz := clock_timestamp();
BEGIN
  IF to_jsonb(NEW) - '{approved_by,approved_at,ended_by,ended_at}'::text[]
       <> to_jsonb(OLD) - '{approved_by,approved_at,ended_by,ended_at}'::text[]
     OR NOT (
       OLD.approved_at IS NULL AND OLD.ended_at IS NULL AND NEW.approved_at IS NOT NULL
       AND NEW.approved_by LIKE 'officer:%' AND NEW.approved_by <> OLD.proposed_by
       AND NEW.ended_at IS NULL AND NEW.ended_by = ''
     OR
       NEW.approved_at IS NOT DISTINCT FROM OLD.approved_at AND NEW.approved_by = OLD.approved_by
       AND NEW.ended_at IS NOT NULL AND NEW.ended_by LIKE 'officer:%'
       AND (OLD.ended_at IS NULL OR OLD.ended_at > now_ AND NEW.ended_at < OLD.ended_at)) THEN
    RAISE EXCEPTION 'agreement: never changed, only approved once, by another, and ended'
      USING ERRCODE = 'check_violation';
  END IF;
  -- The row is locked by now: a question that waits for it leaves before this moment or not at all.
  IF OLD.approved_at IS NULL AND NEW.approved_at IS NOT NULL THEN
    NEW.approved_at := now_;
  ELSE
    NEW.ended_at := greatest(NEW.ended_at, now_);
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS agencies_agreement_is_approved_by_another ON agencies_agreement
-- ;;
CREATE TRIGGER agencies_agreement_is_approved_by_another BEFORE UPDATE ON agencies_agreement
FOR EACH ROW EXECUTE FUNCTION hedui_agreement_is_approved_by_another()
-- ;;
CREATE OR REPLACE FUNCTION hedui_client_begins_unapproved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.proposed_by NOT LIKE 'officer:%' OR NEW.approved_at IS NOT NULL OR NEW.approved_by <> ''
     OR NEW.ended_at IS NOT NULL OR NEW.ended_by <> '' THEN
    RAISE EXCEPTION 'client: it begins as an officer''s proposal'
      USING ERRCODE = 'check_violation';
  END IF;
  IF jsonb_typeof(NEW.roles) <> 'array' OR NEW.roles = '[]'::jsonb
     OR NOT NEW.roles <@ '["intake", "commission"]'::jsonb
     OR EXISTS (SELECT 1 FROM agencies_post p WHERE p.officer_id = NEW.officer_id) THEN
    RAISE EXCEPTION 'client: it takes in and commissions, no more'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS agencies_client_begins_unapproved ON agencies_client
-- ;;
CREATE TRIGGER agencies_client_begins_unapproved BEFORE INSERT ON agencies_client
FOR EACH ROW EXECUTE FUNCTION hedui_client_begins_unapproved()
-- ;;
CREATE OR REPLACE FUNCTION hedui_client_is_approved_by_another() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF to_jsonb(NEW) - '{approved_by,approved_at,ended_by,ended_at}'::text[]
       <> to_jsonb(OLD) - '{approved_by,approved_at,ended_by,ended_at}'::text[]
     OR OLD.ended_at IS NOT NULL
     OR NOT (
       OLD.approved_at IS NULL AND NEW.approved_at IS NOT NULL
       AND NEW.approved_by LIKE 'officer:%' AND NEW.approved_by <> OLD.proposed_by
       AND NEW.ended_at IS NULL AND NEW.ended_by = ''
     OR
       NEW.approved_at IS NOT DISTINCT FROM OLD.approved_at AND NEW.approved_by = OLD.approved_by
       AND NEW.ended_at IS NOT NULL AND NEW.ended_by LIKE 'officer:%') THEN
    RAISE EXCEPTION 'client: never changed, only approved once, by another, and ended'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS agencies_client_is_approved_by_another ON agencies_client
-- ;;
CREATE TRIGGER agencies_client_is_approved_by_another BEFORE UPDATE ON agencies_client
FOR EACH ROW EXECUTE FUNCTION hedui_client_is_approved_by_another()
-- ;;
CREATE OR REPLACE FUNCTION hedui_post_of_a_client() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM agencies_client c WHERE c.officer_id = NEW.officer_id
             AND (c.approved_at IS NULL OR c.ended_at IS NOT NULL OR c.agency_id <> NEW.agency_id
                  OR NEW.last_day IS NULL OR NEW.last_day > c.last_day
                  OR NOT c.roles ? NEW.role)) THEN
    RAISE EXCEPTION 'client: its account holds the posts that were approved, no other'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS agencies_post_of_a_client ON agencies_post
-- ;;
CREATE TRIGGER agencies_post_of_a_client BEFORE INSERT ON agencies_post
FOR EACH ROW EXECUTE FUNCTION hedui_post_of_a_client()
-- ;;
CREATE OR REPLACE FUNCTION hedui_token_is_of_an_approved_client() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.given_by NOT LIKE 'officer:%' OR length(NEW.digest) <> 64 OR NEW.ended_at IS NOT NULL
     OR NEW.expires_at <= NEW.given_at OR NEW.expires_at > NEW.given_at + interval '367 days'
     OR NOT EXISTS (SELECT 1 FROM agencies_client c WHERE c.id = NEW.client_id
                    AND c.approved_at IS NOT NULL AND c.ended_at IS NULL) THEN
    RAISE EXCEPTION 'token: it is given to an approved client, by an officer, for a year at most'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS agencies_token_is_of_an_approved_client ON agencies_token
-- ;;
CREATE TRIGGER agencies_token_is_of_an_approved_client BEFORE INSERT ON agencies_token
FOR EACH ROW EXECUTE FUNCTION hedui_token_is_of_an_approved_client()
-- ;;
CREATE OR REPLACE FUNCTION hedui_token_only_ends() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF to_jsonb(NEW) - 'ended_at' <> to_jsonb(OLD) - 'ended_at' OR NEW.ended_at IS NULL
     OR NEW.ended_at >= OLD.ended_at THEN
    RAISE EXCEPTION 'token: never changed, only ended' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS agencies_token_only_ends ON agencies_token
-- ;;
CREATE TRIGGER agencies_token_only_ends BEFORE UPDATE ON agencies_token
FOR EACH ROW EXECUTE FUNCTION hedui_token_only_ends()
-- ;;
DROP TRIGGER IF EXISTS agencies_firstanswer_never_changes ON agencies_firstanswer
-- ;;
CREATE TRIGGER agencies_firstanswer_never_changes BEFORE UPDATE ON agencies_firstanswer
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('answer: what was answered first is never changed')
-- ;;
CREATE OR REPLACE FUNCTION hedui_endpoint_is_of_an_approved_client() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.registered_by NOT LIKE 'officer:%' OR NEW.ended_at IS NOT NULL OR NEW.ended_by <> ''
     OR NOT (NEW.url LIKE 'https://%' OR NEW.url LIKE 'http://127.0.0.1%')
     OR NOT EXISTS (SELECT 1 FROM agencies_client c WHERE c.id = NEW.client_id
                    AND c.approved_at IS NOT NULL AND c.ended_at IS NULL) THEN
    RAISE EXCEPTION 'endpoint: an address of an approved client, registered by an officer'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS agencies_endpoint_is_of_an_approved_client ON agencies_endpoint
-- ;;
CREATE TRIGGER agencies_endpoint_is_of_an_approved_client BEFORE INSERT ON agencies_endpoint
FOR EACH ROW EXECUTE FUNCTION hedui_endpoint_is_of_an_approved_client()
-- ;;
CREATE OR REPLACE FUNCTION hedui_endpoint_keeps_its_address() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  moving text[] := '{cursor,attempts,next_at,fault,failing_since,ended_by,ended_at}';
BEGIN
  IF to_jsonb(NEW) - moving <> to_jsonb(OLD) - moving OR OLD.ended_at IS NOT NULL
     OR (NEW.ended_at IS NULL) <> (NEW.ended_by = '')
     OR NEW.ended_by <> '' AND NEW.ended_by NOT LIKE 'officer:%' THEN
    RAISE EXCEPTION 'endpoint: its address never changes, and it ends once'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS agencies_endpoint_keeps_its_address ON agencies_endpoint
-- ;;
CREATE TRIGGER agencies_endpoint_keeps_its_address BEFORE UPDATE ON agencies_endpoint
FOR EACH ROW EXECUTE FUNCTION hedui_endpoint_keeps_its_address()
-- ;;
CREATE OR REPLACE FUNCTION hedui_suspension_begins_unlifted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.lift_proposed_at IS NOT NULL OR NEW.lift_proposed_by <> '' OR NEW.lift_reason <> ''
     OR NEW.lifted_at IS NOT NULL OR NEW.lifted_by <> '' THEN
    RAISE EXCEPTION 'suspension: it begins, and is lifted later' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS agencies_suspension_begins_unlifted ON agencies_suspension
-- ;;
CREATE TRIGGER agencies_suspension_begins_unlifted BEFORE INSERT ON agencies_suspension
FOR EACH ROW EXECUTE FUNCTION hedui_suspension_begins_unlifted()
-- ;;
CREATE OR REPLACE FUNCTION hedui_suspension_is_lifted_by_two() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF OLD.lifted_at IS NOT NULL OR NOT (
       (OLD.lift_proposed_at IS NULL AND NEW.lift_proposed_at IS NOT NULL
        AND NEW.lift_proposed_by LIKE 'officer:%' AND NEW.lift_reason <> ''
        AND to_jsonb(NEW) - '{lift_proposed_at,lift_proposed_by,lift_reason}'::text[]
            = to_jsonb(OLD) - '{lift_proposed_at,lift_proposed_by,lift_reason}'::text[])
       OR
       (OLD.lift_proposed_at IS NOT NULL AND NEW.lifted_at IS NOT NULL
        AND NEW.lifted_by LIKE 'officer:%' AND NEW.lifted_by <> OLD.lift_proposed_by
        AND to_jsonb(NEW) - '{lifted_at,lifted_by}'::text[]
            = to_jsonb(OLD) - '{lifted_at,lifted_by}'::text[])) THEN
    RAISE EXCEPTION 'suspension: never changed, only lifted once, by two officers'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS agencies_suspension_is_lifted_by_two ON agencies_suspension
-- ;;
CREATE TRIGGER agencies_suspension_is_lifted_by_two BEFORE UPDATE ON agencies_suspension
FOR EACH ROW EXECUTE FUNCTION hedui_suspension_is_lifted_by_two()
-- ;;
CREATE OR REPLACE FUNCTION hedui_partner_begins_unapproved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.proposed_by NOT LIKE 'officer:%' OR NEW.approved_at IS NOT NULL OR NEW.approved_by <> ''
     OR NEW.ended_at IS NOT NULL OR NEW.ended_by <> '' THEN
    RAISE EXCEPTION 'partner: it begins as an officer''s proposal'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS agencies_partner_begins_unapproved ON agencies_partner
-- ;;
CREATE TRIGGER agencies_partner_begins_unapproved BEFORE INSERT ON agencies_partner
FOR EACH ROW EXECUTE FUNCTION hedui_partner_begins_unapproved()
-- ;;
CREATE OR REPLACE FUNCTION hedui_partner_is_approved_by_another() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  moving text[] := '{cursor,public_key,approved_by,approved_at,ended_by,ended_at}';
BEGIN
  IF to_jsonb(NEW) - moving <> to_jsonb(OLD) - moving OR OLD.ended_at IS NOT NULL
     OR NEW.public_key <> OLD.public_key AND NOT EXISTS (
       SELECT 1 FROM agencies_keychange c WHERE c.partner_id = NEW.id
         AND c.before = OLD.public_key AND c.public_key = NEW.public_key AND c.approved_at = (
           SELECT max(l.approved_at) FROM agencies_keychange l WHERE l.partner_id = NEW.id))
     OR NOT (
       NEW.approved_at IS NOT DISTINCT FROM OLD.approved_at AND NEW.approved_by = OLD.approved_by
       AND NEW.ended_at IS NULL AND NEW.ended_by = ''
       AND (NEW.cursor > OLD.cursor OR NEW.public_key <> OLD.public_key)
     OR
       OLD.approved_at IS NULL AND NEW.approved_at IS NOT NULL
       AND NEW.approved_by LIKE 'officer:%' AND NEW.approved_by <> OLD.proposed_by
       AND NEW.ended_at IS NULL AND NEW.ended_by = ''
     OR
       NEW.approved_at IS NOT DISTINCT FROM OLD.approved_at AND NEW.approved_by = OLD.approved_by
       AND NEW.ended_at IS NOT NULL AND NEW.ended_by LIKE 'officer:%') THEN
    RAISE EXCEPTION 'partner: never changed, only approved once, by another, and ended'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS agencies_partner_is_approved_by_another ON agencies_partner
-- ;;
CREATE TRIGGER agencies_partner_is_approved_by_another BEFORE UPDATE ON agencies_partner
FOR EACH ROW EXECUTE FUNCTION hedui_partner_is_approved_by_another()
-- ;;
CREATE OR REPLACE FUNCTION hedui_partnermessage_only_is_sent() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  moving text[] := '{sent_at,attempts,next_at,fault}';
BEGIN
  IF to_jsonb(NEW) - moving <> to_jsonb(OLD) - moving OR OLD.sent_at IS NOT NULL THEN
    RAISE EXCEPTION 'partner: what it was answered is never changed'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS agencies_partnermessage_only_is_sent ON agencies_partnermessage
-- ;;
CREATE TRIGGER agencies_partnermessage_only_is_sent BEFORE UPDATE ON agencies_partnermessage
FOR EACH ROW EXECUTE FUNCTION hedui_partnermessage_only_is_sent()
-- ;;
CREATE OR REPLACE FUNCTION hedui_subscription_only_ends() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF to_jsonb(NEW) - 'ended_at' <> to_jsonb(OLD) - 'ended_at' OR OLD.ended_at IS NOT NULL
     OR NEW.ended_at IS NULL THEN
    RAISE EXCEPTION 'partner: a subscription is never changed, only ended once'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS agencies_subscription_only_ends ON agencies_subscription
-- ;;
CREATE TRIGGER agencies_subscription_only_ends BEFORE UPDATE ON agencies_subscription
FOR EACH ROW EXECUTE FUNCTION hedui_subscription_only_ends()
-- ;;
CREATE OR REPLACE FUNCTION hedui_keychange_begins_unapproved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.proposed_by NOT LIKE 'officer:%' OR NEW.approved_at IS NOT NULL OR NEW.approved_by <> ''
     OR NEW.dropped_at IS NOT NULL OR NEW.dropped_by <> ''
     OR NEW.public_key = NEW.before AND NEW.base_url = NEW.address_before
     OR NEW.before IS DISTINCT FROM coalesce(
          (SELECT d.public_key FROM agencies_department d WHERE d.id = NEW.department_id),
          (SELECT p.public_key FROM agencies_partner p WHERE p.id = NEW.partner_id))
     OR NEW.address_before IS DISTINCT FROM coalesce(
          (SELECT d.base_url FROM agencies_department d WHERE d.id = NEW.department_id), '')
     OR NEW.partner_id IS NOT NULL AND NEW.base_url <> '' THEN
    RAISE EXCEPTION 'key change: it begins as an officer''s proposal, from what is taken now'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS agencies_keychange_begins_unapproved ON agencies_keychange
-- ;;
CREATE TRIGGER agencies_keychange_begins_unapproved BEFORE INSERT ON agencies_keychange
FOR EACH ROW EXECUTE FUNCTION hedui_keychange_begins_unapproved()
-- ;;
CREATE OR REPLACE FUNCTION hedui_keychange_is_approved_by_another() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  moving text[] := '{approved_by,approved_at,dropped_by,dropped_at}';
BEGIN
  IF to_jsonb(NEW) - moving <> to_jsonb(OLD) - moving
     OR OLD.approved_at IS NOT NULL OR OLD.dropped_at IS NOT NULL
     OR NOT (
       NEW.approved_at IS NOT NULL AND NEW.approved_by LIKE 'officer:%'
       AND NEW.approved_by <> OLD.proposed_by AND NEW.dropped_at IS NULL AND NEW.dropped_by = ''
     OR
       NEW.approved_at IS NULL AND NEW.approved_by = ''
       AND NEW.dropped_at IS NOT NULL AND NEW.dropped_by LIKE 'officer:%') THEN
    RAISE EXCEPTION 'key change: never changed, only approved by another or dropped, once'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS agencies_keychange_is_approved_by_another ON agencies_keychange
-- ;;
CREATE TRIGGER agencies_keychange_is_approved_by_another BEFORE UPDATE ON agencies_keychange
FOR EACH ROW EXECUTE FUNCTION hedui_keychange_is_approved_by_another()
-- ;;
CREATE OR REPLACE FUNCTION hedui_department_keys_are_changed_by_two() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM agencies_agreement a WHERE a.department_id = OLD.id
             AND a.approved_at IS NOT NULL)
     AND NOT EXISTS (SELECT 1 FROM agencies_keychange c WHERE c.department_id = OLD.id
                     AND c.before = OLD.public_key AND c.public_key = NEW.public_key
                     AND c.address_before = OLD.base_url AND c.base_url = NEW.base_url
                     AND c.approved_at = (SELECT max(l.approved_at) FROM agencies_keychange l
                                          WHERE l.department_id = OLD.id)) THEN
    RAISE EXCEPTION 'department: under an agreement two officers change its key and address'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS agencies_department_keys_are_changed_by_two ON agencies_department
-- ;;
CREATE TRIGGER agencies_department_keys_are_changed_by_two
BEFORE UPDATE OF public_key, base_url ON agencies_department
FOR EACH ROW WHEN (NEW.public_key <> OLD.public_key OR NEW.base_url <> OLD.base_url)
EXECUTE FUNCTION hedui_department_keys_are_changed_by_two()

-- ;;
CREATE OR REPLACE FUNCTION hedui_officer_stands_in_the_procedure() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.is_superuser OR NEW.is_staff THEN
    RAISE EXCEPTION 'officer: what one may do hangs on posts, not on the account'
      USING ERRCODE = 'check_violation';
  END IF;
  IF TG_OP = 'UPDATE' AND (NEW.id <> OLD.id OR NEW.username <> OLD.username) THEN
    RAISE EXCEPTION 'officer: an account stays that of one person'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS agencies_officer_stands_in_the_procedure ON agencies_officer
-- ;;
CREATE TRIGGER agencies_officer_stands_in_the_procedure BEFORE INSERT ON agencies_officer
FOR EACH ROW EXECUTE FUNCTION hedui_officer_stands_in_the_procedure()
-- ;;
DROP TRIGGER IF EXISTS agencies_officer_stays_in_the_procedure ON agencies_officer
-- ;;
CREATE TRIGGER agencies_officer_stays_in_the_procedure BEFORE UPDATE ON agencies_officer
FOR EACH ROW EXECUTE FUNCTION hedui_officer_stands_in_the_procedure()
-- ;;
CREATE OR REPLACE FUNCTION hedui_officer_sets_their_own_password() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM public.record_entry e
                 WHERE e.id = NEW.entry_id AND e.act = 'agencies.change_password'
                   AND e.actor = 'officer:' || NEW.id) THEN
    RAISE EXCEPTION 'officer: a password is changed by whose it is'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
-- ;;
DROP TRIGGER IF EXISTS agencies_officer_sets_their_own_password ON agencies_officer
-- ;;
-- Asked when all is done: by then the entry stands.
CREATE CONSTRAINT TRIGGER agencies_officer_sets_their_own_password
AFTER UPDATE ON agencies_officer DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.password <> OLD.password)
EXECUTE FUNCTION hedui_officer_sets_their_own_password()
-- ;;
CREATE OR REPLACE FUNCTION hedui_post_is_given_by_another() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM public.record_entry e
             WHERE e.id = NEW.entry_id AND e.actor = 'officer:' || NEW.officer_id) THEN
    RAISE EXCEPTION 'post: nobody appoints themselves' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
-- ;;
DROP TRIGGER IF EXISTS agencies_post_only_ends ON agencies_post
-- ;;
CREATE OR REPLACE FUNCTION hedui_post_only_ends() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.last_day IS NULL OR NEW.last_day > OLD.last_day
     OR to_jsonb(NEW) - '{last_day,entry_id}'::text[] <> to_jsonb(OLD) - '{last_day,entry_id}'::text[]
  THEN
    RAISE EXCEPTION 'post: never changed, only ended' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
CREATE TRIGGER agencies_post_only_ends BEFORE UPDATE ON agencies_post
FOR EACH ROW EXECUTE FUNCTION hedui_post_only_ends()
-- ;;
DROP TRIGGER IF EXISTS agencies_post_is_given_by_another ON agencies_post
-- ;;
CREATE CONSTRAINT TRIGGER agencies_post_is_given_by_another
AFTER INSERT ON agencies_post DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION hedui_post_is_given_by_another()
