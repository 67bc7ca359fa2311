-- One row per thing sent or to be sent: one operation for one list entry at one destination.
-- planned       nothing has been sent
-- sending       a living sender holds it, or one that died
-- acknowledged  final: the destination keeps it as remote_id
-- rejected      final: refused, by the destination or before sending, with a code
-- unknown       sent, outcome not known; sent again under the same key where the destination honours keys
create table if not exists deliveries (
    delivery_id text not null primary key,
    business_date text not null,
    entry_id text not null,
    customer_id text not null,
    channel text not null,
    destination text not null,
    operation text not null,
    idempotency_key text not null unique,
    status text not null check (status in ('planned', 'sending', 'acknowledged', 'rejected', 'unknown')),
    attempts integer not null check (attempts >= 0),
    first_attempt_at text,
    last_attempt_at text,
    remote_id text,
    error_code text,
    error_detail text
) strict;

create index if not exists deliveries_open on deliveries (status, destination, business_date)
where status in ('planned', 'sending', 'unknown');

create trigger if not exists a_final_delivery_never_changes before update on deliveries
when old.status in ('acknowledged', 'rejected')
begin
    select raise(abort, 'a final delivery never changes');
end;

create trigger if not exists nothing_is_sent_without_being_claimed before update of status on deliveries
when new.status = 'acknowledged' and old.status <> 'sending'
begin
    select raise(abort, 'only a claimed delivery can be acknowledged');
end;
