DROP TRIGGER IF EXISTS agencies_agreement_begins_unapproved
-- ;;
CREATE TRIGGER agencies_agreement_begins_unapproved BEFORE INSERT ON agencies_agreement
BEGIN
  SELECT RAISE(ABORT, 'agreement: it begins as an officer''s proposal')
  WHERE NEW.proposed_by NOT LIKE 'officer:%' OR NEW.approved_at IS NOT NULL
     OR NEW.approved_by <> '' OR NEW.ended_at IS NOT NULL OR NEW.ended_by <> '';
  SELECT RAISE(ABORT, 'agreement: it names items of what the department holds')
  WHERE NOT json_valid(NEW.items) OR json_type(NEW.items) <> 'array'
     OR json_array_length(NEW.items) = 0
     OR EXISTS (SELECT 1 FROM json_each(NEW.items) i
                WHERE i.type <> 'text' OR NOT EXISTS (
                  SELECT 1 FROM agencies_department d WHERE d.id = NEW.department_id
                    AND substr(i.value, 1, length(d.source) + 1) = d.source || '.'));
  SELECT RAISE(ABORT, 'agreement: it ends, after five years at most')
  WHERE NEW.first_day IS NOT date(NEW.first_day) OR NEW.last_day IS NOT date(NEW.last_day)
     OR NEW.last_day < NEW.first_day OR NEW.last_day > date(NEW.first_day, '+1830 days');
END
-- ;;
DROP TRIGGER IF EXISTS agencies_agreement_is_approved_by_another
-- ;;
CREATE TRIGGER agencies_agreement_is_approved_by_another BEFORE UPDATE ON agencies_agreement
BEGIN
  SELECT RAISE(ABORT, 'agreement: never changed, only approved once, by another, and ended')
  WHERE NEW.id <> OLD.id OR NEW.department_id <> OLD.department_id OR NEW.items <> OLD.items
     OR NEW.channel <> OLD.channel OR NEW.opens IS NOT OLD.opens OR NEW.closes IS NOT OLD.closes
     OR NEW.per_minute IS NOT OLD.per_minute OR NEW.max_age_days <> OLD.max_age_days
     OR NEW.contact <> OLD.contact OR NEW.legal_basis <> OLD.legal_basis
     OR NEW.first_day <> OLD.first_day OR NEW.last_day <> OLD.last_day
     OR NEW.proposed_by <> OLD.proposed_by OR NEW.proposed_at <> OLD.proposed_at
     OR NEW.entry_id <> OLD.entry_id OR NEW.rowid <> OLD.rowid
     OR NOT (
       OLD.approved_at IS NULL AND OLD.ended_at IS NULL AND NEW.approved_at IS NOT NULL
       AND NEW.approved_by LIKE 'officer:%' AND NEW.approved_by <> OLD.proposed_by
       AND NEW.ended_at IS NULL AND NEW.ended_by = ''
     OR
       NEW.approved_at IS OLD.approved_at AND NEW.approved_by = OLD.approved_by
       AND NEW.ended_at IS NOT NULL AND NEW.ended_by LIKE 'officer:%'
       AND NEW.ended_at >= strftime('%Y-%m-%d %H:%M:%f', 'now', '-5 seconds')
       AND (OLD.ended_at IS NULL
            OR OLD.ended_at > strftime('%Y-%m-%d %H:%M:%f', 'now') AND NEW.ended_at < OLD.ended_at));
END
-- ;;
DROP TRIGGER IF EXISTS agencies_client_begins_unapproved
-- ;;
CREATE TRIGGER agencies_client_begins_unapproved BEFORE INSERT ON agencies_client
BEGIN
  SELECT RAISE(ABORT, 'client: it begins as an officer''s proposal')
  WHERE NEW.proposed_by NOT LIKE 'officer:%' OR NEW.approved_at IS NOT NULL
     OR NEW.approved_by <> '' OR NEW.ended_at IS NOT NULL OR NEW.ended_by <> '';
  SELECT RAISE(ABORT, 'client: it takes in and commissions, no more')
  WHERE NOT json_valid(NEW.roles) OR json_type(NEW.roles) <> 'array'
     OR json_array_length(NEW.roles) = 0
     OR EXISTS (SELECT 1 FROM json_each(NEW.roles) r
                WHERE r.type <> 'text' OR r.value NOT IN ('intake', 'commission'))
     OR EXISTS (SELECT 1 FROM agencies_post p WHERE p.officer_id = NEW.officer_id);
END
-- ;;
DROP TRIGGER IF EXISTS agencies_client_is_approved_by_another
-- ;;
CREATE TRIGGER agencies_client_is_approved_by_another BEFORE UPDATE ON agencies_client
BEGIN
  SELECT RAISE(ABORT, 'client: never changed, only approved once, by another, and ended')
  WHERE NEW.id <> OLD.id OR NEW.officer_id <> OLD.officer_id OR NEW.agency_id <> OLD.agency_id
     OR NEW.roles <> OLD.roles OR NEW.decides <> OLD.decides OR NEW.contact <> OLD.contact
     OR NEW.last_day <> OLD.last_day
     OR NEW.proposed_by <> OLD.proposed_by OR NEW.proposed_at <> OLD.proposed_at
     OR NEW.entry_id <> OLD.entry_id OR NEW.rowid <> OLD.rowid OR OLD.ended_at IS NOT NULL
     OR NOT (
       OLD.approved_at IS NULL AND NEW.approved_at IS NOT NULL
       AND NEW.approved_by LIKE 'officer:%' AND NEW.approved_by <> OLD.proposed_by
       AND NEW.ended_at IS NULL AND NEW.ended_by = ''
     OR
       NEW.approved_at IS OLD.approved_at AND NEW.approved_by = OLD.approved_by
       AND NEW.ended_at IS NOT NULL AND NEW.ended_by LIKE 'officer:%');
END
-- ;;
DROP TRIGGER IF EXISTS agencies_post_of_a_client
-- ;;
CREATE TRIGGER agencies_post_of_a_client BEFORE INSERT ON agencies_post
BEGIN
  SELECT RAISE(ABORT, 'client: its account holds the posts that were approved, no other')
  WHERE EXISTS (SELECT 1 FROM agencies_client c WHERE c.officer_id = NEW.officer_id
                AND (c.approved_at IS NULL OR c.ended_at IS NOT NULL
                     OR c.agency_id <> NEW.agency_id
                     OR NEW.last_day IS NULL OR NEW.last_day > c.last_day
                     OR NOT EXISTS (SELECT 1 FROM json_each(c.roles) r WHERE r.value = NEW.role)));
END
-- ;;
DROP TRIGGER IF EXISTS agencies_token_is_of_an_approved_client
-- ;;
CREATE TRIGGER agencies_token_is_of_an_approved_client BEFORE INSERT ON agencies_token
BEGIN
  SELECT RAISE(ABORT, 'token: it is given to an approved client, by an officer, for a year at most')
  WHERE NEW.given_by NOT LIKE 'officer:%' OR length(NEW.digest) <> 64
     OR NEW.ended_at IS NOT NULL
     OR NEW.expires_at <= NEW.given_at OR NEW.expires_at > datetime(NEW.given_at, '+367 days')
     OR NOT EXISTS (SELECT 1 FROM agencies_client c WHERE c.id = NEW.client_id
                    AND c.approved_at IS NOT NULL AND c.ended_at IS NULL);
END
-- ;;
DROP TRIGGER IF EXISTS agencies_token_only_ends
-- ;;
CREATE TRIGGER agencies_token_only_ends BEFORE UPDATE ON agencies_token
BEGIN
  SELECT RAISE(ABORT, 'token: never changed, only ended')
  WHERE NEW.id <> OLD.id OR NEW.client_id <> OLD.client_id OR NEW.digest <> OLD.digest
     OR NEW.given_by <> OLD.given_by OR NEW.given_at <> OLD.given_at
     OR NEW.expires_at <> OLD.expires_at OR NEW.entry_id <> OLD.entry_id OR NEW.rowid <> OLD.rowid
     OR NEW.ended_at IS NULL OR (OLD.ended_at IS NOT NULL AND NEW.ended_at >= OLD.ended_at);
END
-- ;;
DROP TRIGGER IF EXISTS agencies_firstanswer_never_changes
-- ;;
CREATE TRIGGER agencies_firstanswer_never_changes BEFORE UPDATE ON agencies_firstanswer
BEGIN
  SELECT RAISE(ABORT, 'answer: what was answered first is never changed');
END
-- ;;
DROP TRIGGER IF EXISTS agencies_endpoint_is_of_an_approved_client
-- ;;
CREATE TRIGGER agencies_endpoint_is_of_an_approved_client BEFORE INSERT ON agencies_endpoint
BEGIN
  SELECT RAISE(ABORT, 'endpoint: an address of an approved client, registered by an officer')
  WHERE NEW.registered_by NOT LIKE 'officer:%' OR NEW.ended_at IS NOT NULL OR NEW.ended_by <> ''
     OR NOT (NEW.url LIKE 'https://%' OR NEW.url LIKE 'http://127.0.0.1%')
     OR NOT EXISTS (SELECT 1 FROM agencies_client c WHERE c.id = NEW.client_id
                    AND c.approved_at IS NOT NULL AND c.ended_at IS NULL);
END
-- ;;
DROP TRIGGER IF EXISTS agencies_endpoint_keeps_its_address
-- ;;
CREATE TRIGGER agencies_endpoint_keeps_its_address BEFORE UPDATE ON agencies_endpoint
BEGIN
  SELECT RAISE(ABORT, 'endpoint: its address never changes, and it ends once')
  WHERE NEW.id <> OLD.id OR NEW.client_id <> OLD.client_id OR NEW.url <> OLD.url
     OR NEW.registered_by <> OLD.registered_by OR NEW.registered_at <> OLD.registered_at
     OR NEW.entry_id <> OLD.entry_id OR NEW.rowid <> OLD.rowid OR OLD.ended_at IS NOT NULL
     OR (NEW.ended_at IS NULL) <> (NEW.ended_by = '')
     OR NEW.ended_by <> '' AND NEW.ended_by NOT LIKE 'officer:%';
END
-- ;;
DROP TRIGGER IF EXISTS agencies_suspension_begins_unlifted
-- ;;
CREATE TRIGGER agencies_suspension_begins_unlifted BEFORE INSERT ON agencies_suspension
BEGIN
  SELECT RAISE(ABORT, 'suspension: it begins, and is lifted later')
  WHERE NEW.lift_proposed_at IS NOT NULL OR NEW.lift_proposed_by <> '' OR NEW.lift_reason <> ''
     OR NEW.lifted_at IS NOT NULL OR NEW.lifted_by <> '';
END
-- ;;
DROP TRIGGER IF EXISTS agencies_suspension_is_lifted_by_two
-- ;;
CREATE TRIGGER agencies_suspension_is_lifted_by_two BEFORE UPDATE ON agencies_suspension
BEGIN
  SELECT RAISE(ABORT, 'suspension: never changed, only lifted once, by two officers')
  WHERE NEW.id <> OLD.id OR NEW.rowid <> OLD.rowid OR NEW.department_id <> OLD.department_id
     OR NEW.reviewed <> OLD.reviewed OR NEW.overturned <> OLD.overturned OR NEW.low <> OLD.low
     OR NEW.began_at <> OLD.began_at OR NEW.entry_id <> OLD.entry_id OR OLD.lifted_at IS NOT NULL
     OR NOT (
       (OLD.lift_proposed_at IS NULL AND NEW.lift_proposed_at IS NOT NULL
        AND NEW.lift_proposed_by LIKE 'officer:%' AND NEW.lift_reason <> ''
        AND NEW.lifted_at IS NULL AND NEW.lifted_by = '')
       OR
       (OLD.lift_proposed_at IS NOT NULL AND NEW.lift_proposed_at = OLD.lift_proposed_at
        AND NEW.lift_proposed_by = OLD.lift_proposed_by AND NEW.lift_reason = OLD.lift_reason
        AND NEW.lifted_at IS NOT NULL AND NEW.lifted_by LIKE 'officer:%'
        AND NEW.lifted_by <> OLD.lift_proposed_by));
END
-- ;;
DROP TRIGGER IF EXISTS agencies_partner_begins_unapproved
-- ;;
CREATE TRIGGER agencies_partner_begins_unapproved BEFORE INSERT ON agencies_partner
BEGIN
  SELECT RAISE(ABORT, 'partner: it begins as an officer''s proposal')
  WHERE NEW.proposed_by NOT LIKE 'officer:%' OR NEW.approved_at IS NOT NULL
     OR NEW.approved_by <> '' OR NEW.ended_at IS NOT NULL OR NEW.ended_by <> '';
END
-- ;;
DROP TRIGGER IF EXISTS agencies_partner_is_approved_by_another
-- ;;
CREATE TRIGGER agencies_partner_is_approved_by_another BEFORE UPDATE ON agencies_partner
BEGIN
  SELECT RAISE(ABORT, 'partner: never changed, only approved once, by another, and ended')
  WHERE NEW.id <> OLD.id OR NEW.sender_id <> OLD.sender_id OR NEW.name <> OLD.name
     OR NEW.division <> OLD.division OR NEW.programmes <> OLD.programmes
     OR NEW.legal_basis <> OLD.legal_basis OR NEW.contact <> OLD.contact
     OR NEW.callback_url <> OLD.callback_url OR NEW.certificate_name <> OLD.certificate_name
     OR NEW.last_day <> OLD.last_day OR NEW.proposed_by <> OLD.proposed_by
     OR NEW.proposed_at <> OLD.proposed_at OR NEW.entry_id <> OLD.entry_id
     OR NEW.rowid <> OLD.rowid OR OLD.ended_at IS NOT NULL
     OR NEW.public_key <> OLD.public_key AND NOT EXISTS (
       SELECT 1 FROM agencies_keychange c WHERE c.partner_id = NEW.id
         AND c.before = OLD.public_key AND c.public_key = NEW.public_key AND c.approved_at = (
           SELECT max(l.approved_at) FROM agencies_keychange l WHERE l.partner_id = NEW.id))
     OR NOT (
       NEW.approved_at IS OLD.approved_at AND NEW.approved_by = OLD.approved_by
       AND NEW.ended_at IS NULL AND NEW.ended_by = ''
       AND (NEW.cursor > OLD.cursor OR NEW.public_key <> OLD.public_key)
     OR
       OLD.approved_at IS NULL AND NEW.approved_at IS NOT NULL
       AND NEW.approved_by LIKE 'officer:%' AND NEW.approved_by <> OLD.proposed_by
       AND NEW.ended_at IS NULL AND NEW.ended_by = ''
     OR
       NEW.approved_at IS OLD.approved_at AND NEW.approved_by = OLD.approved_by
       AND NEW.ended_at IS NOT NULL AND NEW.ended_by LIKE 'officer:%');
END
-- ;;
DROP TRIGGER IF EXISTS agencies_partnermessage_only_is_sent
-- ;;
CREATE TRIGGER agencies_partnermessage_only_is_sent BEFORE UPDATE ON agencies_partnermessage
BEGIN
  SELECT RAISE(ABORT, 'partner: what it was answered is never changed')
  WHERE NEW.id <> OLD.id OR NEW.partner_id <> OLD.partner_id OR NEW.message_id <> OLD.message_id
     OR NEW.transaction_id <> OLD.transaction_id OR NEW.action <> OLD.action
     OR NEW.asked <> OLD.asked OR NEW.answer <> OLD.answer OR NEW.about IS NOT OLD.about
     OR NEW.callback <> OLD.callback OR NEW.at <> OLD.at OR NEW.entry_id <> OLD.entry_id
     OR NEW.rowid <> OLD.rowid OR OLD.sent_at IS NOT NULL;
END
-- ;;
DROP TRIGGER IF EXISTS agencies_subscription_only_ends
-- ;;
CREATE TRIGGER agencies_subscription_only_ends BEFORE UPDATE ON agencies_subscription
BEGIN
  SELECT RAISE(ABORT, 'partner: a subscription is never changed, only ended once')
  WHERE NEW.id <> OLD.id OR NEW.partner_id <> OLD.partner_id OR NEW.code <> OLD.code
     OR NEW.person <> OLD.person OR NEW.programme <> OLD.programme
     OR NEW.reference_id <> OLD.reference_id OR NEW.began_at <> OLD.began_at
     OR NEW.entry_id <> OLD.entry_id OR NEW.rowid <> OLD.rowid
     OR OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL;
END
-- ;;
DROP TRIGGER IF EXISTS agencies_keychange_begins_unapproved
-- ;;
CREATE TRIGGER agencies_keychange_begins_unapproved BEFORE INSERT ON agencies_keychange
BEGIN
  SELECT RAISE(ABORT, 'key change: it begins as an officer''s proposal, from what is taken now')
  WHERE NEW.proposed_by NOT LIKE 'officer:%' OR NEW.approved_at IS NOT NULL
     OR NEW.approved_by <> '' OR NEW.dropped_at IS NOT NULL OR NEW.dropped_by <> ''
     OR NEW.public_key = NEW.before AND NEW.base_url = NEW.address_before
     OR NEW.before IS NOT coalesce(
          (SELECT d.public_key FROM agencies_department d WHERE d.id = NEW.department_id),
          (SELECT p.public_key FROM agencies_partner p WHERE p.id = NEW.partner_id))
     OR NEW.address_before IS NOT coalesce(
          (SELECT d.base_url FROM agencies_department d WHERE d.id = NEW.department_id), '')
     OR NEW.partner_id IS NOT NULL AND NEW.base_url <> '';
END
-- ;;
DROP TRIGGER IF EXISTS agencies_keychange_is_approved_by_another
-- ;;
CREATE TRIGGER agencies_keychange_is_approved_by_another BEFORE UPDATE ON agencies_keychange
BEGIN
  SELECT RAISE(ABORT, 'key change: never changed, only approved by another or dropped, once')
  WHERE NEW.id <> OLD.id OR NEW.department_id IS NOT OLD.department_id
     OR NEW.partner_id IS NOT OLD.partner_id OR NEW.before <> OLD.before
     OR NEW.public_key <> OLD.public_key OR NEW.address_before <> OLD.address_before
     OR NEW.base_url <> OLD.base_url OR NEW.proposed_by <> OLD.proposed_by
     OR NEW.proposed_at <> OLD.proposed_at OR NEW.entry_id <> OLD.entry_id
     OR NEW.rowid <> OLD.rowid OR OLD.approved_at IS NOT NULL OR OLD.dropped_at IS NOT NULL
     OR NOT (
       NEW.approved_at IS NOT NULL AND NEW.approved_by LIKE 'officer:%'
       AND NEW.approved_by <> OLD.proposed_by AND NEW.dropped_at IS NULL AND NEW.dropped_by = ''
     OR
       NEW.approved_at IS NULL AND NEW.approved_by = ''
       AND NEW.dropped_at IS NOT NULL AND NEW.dropped_by LIKE 'officer:%');
END
-- ;;
DROP TRIGGER IF EXISTS agencies_department_keys_are_changed_by_two
-- ;;
CREATE TRIGGER agencies_department_keys_are_changed_by_two
BEFORE UPDATE OF public_key, base_url ON agencies_department
WHEN NEW.public_key <> OLD.public_key OR NEW.base_url <> OLD.base_url
BEGIN
  SELECT RAISE(ABORT, 'department: under an agreement two officers change its key and address')
  WHERE EXISTS (SELECT 1 FROM agencies_agreement a WHERE a.department_id = OLD.id
                AND a.approved_at IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM agencies_keychange c WHERE c.department_id = OLD.id
                    AND c.before = OLD.public_key AND c.public_key = NEW.public_key
                    AND c.address_before = OLD.base_url AND c.base_url = NEW.base_url
                    AND c.approved_at = (SELECT max(l.approved_at) FROM agencies_keychange l
                                         WHERE l.department_id = OLD.id));
END

-- ;;
DROP TRIGGER IF EXISTS agencies_officer_stands_in_the_procedure
-- ;;
CREATE TRIGGER agencies_officer_stands_in_the_procedure BEFORE INSERT ON agencies_officer
BEGIN
  SELECT RAISE(ABORT, 'officer: what one may do hangs on posts, not on the account')
  WHERE NEW.is_superuser OR NEW.is_staff;
END
-- ;;
DROP TRIGGER IF EXISTS agencies_officer_stays_in_the_procedure
-- ;;
CREATE TRIGGER agencies_officer_stays_in_the_procedure BEFORE UPDATE ON agencies_officer
BEGIN
  SELECT RAISE(ABORT, 'officer: what one may do hangs on posts, not on the account')
  WHERE NEW.is_superuser OR NEW.is_staff;
  SELECT RAISE(ABORT, 'officer: an account stays that of one person')
  WHERE NEW.id <> OLD.id OR NEW.username <> OLD.username;
END
-- ;;
DROP TRIGGER IF EXISTS agencies_officer_sets_their_own_password
-- ;;
-- SQLite defers no trigger: these two are asked when the entry comes, which is after its row.
CREATE TRIGGER agencies_officer_sets_their_own_password
AFTER INSERT ON record_entry WHEN NEW.act = 'agencies.change_password'
BEGIN
  SELECT RAISE(ABORT, 'officer: a password is changed by whose it is')
  WHERE EXISTS (SELECT 1 FROM agencies_officer o
                WHERE o.entry_id = NEW.id AND NEW.actor <> 'officer:' || o.id);
END
-- ;;
DROP TRIGGER IF EXISTS agencies_post_only_ends
-- ;;
CREATE TRIGGER agencies_post_only_ends BEFORE UPDATE ON agencies_post
BEGIN
  SELECT RAISE(ABORT, 'post: never changed, only ended')
  WHERE NEW.last_day IS NULL OR NEW.last_day > OLD.last_day OR NEW.id <> OLD.id
     OR NEW.officer_id <> OLD.officer_id OR NEW.agency_id <> OLD.agency_id
     OR NEW.role <> OLD.role OR NEW.first_day <> OLD.first_day;
END
-- ;;
DROP TRIGGER IF EXISTS agencies_post_is_given_by_another
-- ;;
CREATE TRIGGER agencies_post_is_given_by_another
AFTER INSERT ON record_entry WHEN NEW.act = 'agencies.appoint'
BEGIN
  SELECT RAISE(ABORT, 'post: nobody appoints themselves')
  WHERE EXISTS (SELECT 1 FROM agencies_post p
                WHERE p.entry_id = NEW.id AND NEW.actor = 'officer:' || p.officer_id);
END
