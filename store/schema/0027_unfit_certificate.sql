-- A certificate that a vendor handed out for an action and that is not what was ordered: it is paid for, so somebody may want to see it.
CREATE TABLE unfit_certificate (
    action_id       BIGINT PRIMARY KEY REFERENCES action (id),
    der             {bytes} NOT NULL,
    chain           TEXT NOT NULL,          -- PEM of what came with it
    detail          TEXT NOT NULL,          -- completes 'the certificate authority returned ...'
    times           BIGINT NOT NULL,        -- that one came in a row
    first_s         BIGINT NOT NULL,
    last_s          BIGINT NOT NULL
);
