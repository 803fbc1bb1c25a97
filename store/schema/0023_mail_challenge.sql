-- What email-reply-00 (RFC 8823) needs beside the authorization: what went out by mail, and what came back.
CREATE TABLE mail_challenge (
    authz_id        BIGINT PRIMARY KEY REFERENCES authz (id),
    token_part1     TEXT NOT NULL UNIQUE,   -- goes by mail; token-part2 is the authorization's token
    message_id      TEXT NOT NULL,          -- "<...@...>"
    sent_s          BIGINT NOT NULL,        -- 0: not yet
    until_s         BIGINT NOT NULL,        -- a reply counts until then
    replies         INTEGER NOT NULL,       -- that were worth a look at their signatures
    replied_s       BIGINT NOT NULL,        -- when the reply that counts came; 0: none has
    digest          TEXT,                   -- that it holds
    proof           TEXT,                   -- who vouches for it, for people
    trouble         TEXT                    -- with sending, or why the last reply does not count; for people
);

-- Replies whose signatures are still to be verified.
CREATE TABLE mail_reply (
    id              {id},
    authz_id        BIGINT NOT NULL REFERENCES authz (id),
    received_s      BIGINT NOT NULL,
    message         {bytes} NOT NULL
);
