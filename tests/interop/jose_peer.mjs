// The JavaScript side of tests/interop_jose.rs: npm's jose reads our tokens and makes its own. The protocol is that of jose_peer.py.
//
// Its one argument is a folder that has the package installed (package.json).

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const require = createRequire(pathToFileURL(join(process.argv[2], "package.json")));
const entry = require.resolve("jose");
const jose = await import(pathToFileURL(entry));
const version = JSON.parse(readFileSync(join(process.argv[2], "node_modules/jose/package.json"), "utf8")).version;
const text = new TextDecoder();

// A JWK for `dir` names the content encryption; jose wants to be told so.
const key = (request) => jose.importJWK(request.jwk, request.enc ?? request.alg);

const read = async (request) => {
  if (request.enc) {
    const found = await jose.compactDecrypt(request.token, await key(request), {
      keyManagementAlgorithms: ["dir"],
      contentEncryptionAlgorithms: [request.enc],
    });
    return { header: found.protectedHeader, payload: text.decode(found.plaintext) };
  }
  if (request.audience) {
    // As an application would: with the claims looked at.
    const options = { algorithms: [request.alg], audience: request.audience, typ: "orderslip+jwt", requiredClaims: ["exp"] };
    await jose.jwtVerify(request.token, await key(request), options);
  }
  const found = await jose.compactVerify(request.token, await key(request), { algorithms: [request.alg] });
  return { header: found.protectedHeader, payload: text.decode(found.payload) };
};

const write = async (request) => {
  const payload = new TextEncoder().encode(request.payload);
  const header = Object.fromEntries(request.header);
  const made = request.enc ? new jose.CompactEncrypt(payload) : new jose.CompactSign(payload);
  made.setProtectedHeader(header);
  const secret = await key(request);
  return { token: await (request.enc ? made.encrypt(secret) : made.sign(secret)) };
};

const takeUp = async (request) => {
  const jwk = await jose.exportJWK(await jose.importJWK(request.jwk, request.enc ?? request.alg, { extractable: true }));
  return { thumbprint: await jose.calculateJwkThumbprint(request.jwk), jwk };
};

const make = async (request) => {
  const options = { extractable: true };
  if (request.alg === "ES256" || request.alg === "EdDSA") {
    const pair = await jose.generateKeyPair(request.alg, options);
    return { jwk: await jose.exportJWK(pair.privateKey) };
  }
  return { jwk: await jose.exportJWK(await jose.generateSecret(request.enc ?? request.alg, options)) };
};

const answer = async (request) => {
  switch (request.do) {
    case "peers":
      return { peers: { jose: version } };
    case "read":
      return read(request);
    case "write":
      return write(request);
    case "take up":
      return takeUp(request);
    default:
      return make(request);
  }
};

const answers = [];
for (const request of JSON.parse(readFileSync(0, "utf8"))) {
  try {
    answers.push(await answer(request));
  } catch (error) {
    // Whatever a library throws is its refusal.
    answers.push({ error: `${error.name}: ${error.message}` });
  }
}
process.stdout.write(JSON.stringify(answers));
