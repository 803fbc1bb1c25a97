// node_client - npm's acme-client through a whole order; README says how it is called.
const fs = require('fs');
const path = require('path');
const { execFileSync } = require('child_process');
const acme = require('acme-client');

const [directoryUrl, type, place, ...names] = process.argv.slice(2);
const steps = (process.env.STEPS || '').split(' ');

async function answer(authz, challenge, keyAuthorization) {
    const name = authz.identifier.value;
    if (type === 'http-01') {
        fs.writeFileSync(path.join(place, challenge.token), keyAuthorization);
    } else if (type === 'dns-01') {
        execFileSync(place, ['add', `_acme-challenge.${name}`, keyAuthorization]);
    } else {
        const [key, certificate] = await acme.crypto.createAlpnCertificate(authz, keyAuthorization);
        fs.writeFileSync(path.join(place, `${name}.crt.pem`), certificate);
        fs.writeFileSync(path.join(place, `${name}.key.pem`), key);
    }
}

async function main() {
    const { EAB_KID: kid, EAB_KEY: hmacKey } = process.env;
    const client = new acme.Client({
        directoryUrl,
        accountKey: await acme.crypto.createPrivateEcdsaKey(),
        externalAccountBinding: kid ? { kid, hmacKey } : undefined,
        backoffMin: 500,
    });
    await client.createAccount({ termsOfServiceAgreed: true, contact: ['mailto:admin@lab.example'] });
    if (steps.includes('rollover')) {
        await client.updateAccountKey(await acme.crypto.createPrivateEcdsaKey());
    }

    const [key, csr] = await acme.crypto.createCsr({ altNames: names });
    const chain = await client.auto({
        csr,
        challengePriority: [type],
        skipChallengeVerification: true,
        challengeCreateFn: answer,
        challengeRemoveFn: async () => {},
    });
    fs.writeFileSync('chain.pem', chain);
    fs.writeFileSync('key.pem', key);
    if (steps.includes('revoke')) {
        await client.revokeCertificate(chain, { reason: 4 });
    }
}

main().catch((trouble) => {
    console.error(trouble);
    process.exit(1);
});
