-- The referral job in PostgreSQL, as tests/bench/peers measures it: the tables, and the job of one transaction as a
-- function, so that a client waits for one answer and not for seven. What the broker also does (policy, norms, rights,
-- a chained journal, encryption on the wire) is left out.

CREATE TABLE curator (
    id int PRIMARY KEY, territory int NOT NULL, load int NOT NULL, capacity int NOT NULL
) WITH (fillfactor = 50); -- so that a new load needs no new line in an index
CREATE INDEX ON curator (territory);
CREATE TABLE family (id bigint PRIMARY KEY, curator int NOT NULL, territory int NOT NULL, opened timestamptz NOT NULL);
CREATE TABLE family_key (key bigint PRIMARY KEY, family bigint NOT NULL);
CREATE TABLE referral (
    id bigint PRIMARY KEY, family bigint NOT NULL, labels text NOT NULL, sealed text NOT NULL, stored timestamptz NOT NULL
);
CREATE TABLE assignment (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, referral bigint NOT NULL, curator int NOT NULL,
    state smallint NOT NULL, offered timestamptz NOT NULL
);
CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, site int NOT NULL, referral bigint NOT NULL,
    delivered boolean NOT NULL DEFAULT false
) WITH (fillfactor = 70);
CREATE INDEX outbox_waiting ON outbox (site, id) WHERE NOT delivered;

-- Of strong and weak keys of a family, by its number: pgbench knows no digests.
CREATE FUNCTION keys_of(number bigint) RETURNS bigint[]
LANGUAGE sql IMMUTABLE AS $$
    SELECT ARRAY[hashint8extended(number, 1), hashint8extended(number, 2), hashint8extended(number, 3),
                 hashint8extended(number, 4)]
$$;

-- A new family gets the least loaded curator of its territory, an assignment and a line for the curator's site; a known
-- one has its curator, whose site gets a line.
CREATE FUNCTION refer(the_id bigint, the_territory int, number bigint, the_labels text, the_sealed text) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
    keys bigint[] := keys_of(number);
    the_family bigint;
    the_curator int;
BEGIN
    SELECT k.family INTO the_family FROM family_key k WHERE k.key = ANY (keys) ORDER BY k.family LIMIT 1;
    IF the_family IS NULL THEN
        SELECT c.id INTO the_curator FROM curator c WHERE c.territory = the_territory AND c.load < c.capacity
            ORDER BY c.load, c.id LIMIT 1 FOR UPDATE SKIP LOCKED;
        UPDATE curator SET load = load + 1 WHERE id = the_curator;
        the_family := the_id;
        INSERT INTO family VALUES (the_family, the_curator, the_territory, now());
        INSERT INTO family_key SELECT unnest(keys), the_family;
        INSERT INTO assignment (referral, curator, state, offered) VALUES (the_id, the_curator, 1, now());
    ELSE
        SELECT f.curator INTO the_curator FROM family f WHERE f.id = the_family;
    END IF;
    INSERT INTO referral VALUES (the_id, the_family, the_labels, the_sealed, now());
    INSERT INTO outbox (site, referral) VALUES (the_territory, the_id);
    RETURN the_curator;
END $$;

-- A consumer's transaction: lines of a site are taken and marked.
CREATE FUNCTION deliver(the_site int, most int) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
    delivered_count int;
BEGIN
    WITH next AS (
        SELECT id FROM outbox WHERE site = the_site AND NOT delivered ORDER BY id LIMIT most FOR UPDATE SKIP LOCKED)
    UPDATE outbox SET delivered = true FROM next WHERE outbox.id = next.id;
    GET DIAGNOSTICS delivered_count = ROW_COUNT;
    RETURN delivered_count;
END $$;
