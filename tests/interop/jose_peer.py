"""The Python side of tests/interop_jose.rs: joserfc, jwcrypto and PyJWT read our JOSE tokens and make their own.

Takes a JSON list of requests on the standard input and gives a JSON list of answers on the standard output. Whatever a library raises
is its refusal: {"error": text}. A header is given as a list of pairs and claims as an object in an order that is not ours.
"""

import importlib.metadata
import json
import sys


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


class Joserfc:
    """https://pypi.org/project/joserfc/"""

    name = "joserfc"

    def __init__(self):
        from joserfc import jwe, jws
        from joserfc.jwk import ECKey, JWKRegistry, OctKey, OKPKey

        self.jws, self.jwe, self.registry = jws, jwe, JWKRegistry
        self.kinds = {"ES256": (ECKey, "P-256"), "EdDSA": (OKPKey, "Ed25519")}
        self.oct = OctKey

    def read(self, request):
        key = self.registry.import_key(request["jwk"])
        if "enc" in request:
            found = self.jwe.decrypt_compact(request["token"], key, algorithms=["dir", request["enc"]])
            return found.headers(), found.plaintext
        found = self.jws.deserialize_compact(request["token"], key, algorithms=[request["alg"]])
        return found.headers(), found.payload

    def write(self, request):
        key, header = self.registry.import_key(request["jwk"]), dict(request["header"])
        if "enc" in request:
            return self.jwe.encrypt_compact(header, request["payload"], key, algorithms=["dir", request["enc"]])
        return self.jws.serialize_compact(header, request["payload"], key, algorithms=[request["alg"]])

    def take_up(self, request):
        key = self.registry.import_key(request["jwk"])
        return key.thumbprint(), key.as_dict(private=request["private"])

    def make(self, request):
        if request["alg"] in self.kinds:
            kind, curve = self.kinds[request["alg"]]
            return kind.generate_key(curve, private=True).as_dict(private=True)
        return self.oct.generate_key(request["bits"]).as_dict(private=True)


class Jwcrypto:
    """https://pypi.org/project/jwcrypto/"""

    name = "jwcrypto"

    def __init__(self):
        from jwcrypto import jwe, jwk, jws

        self.jws, self.jwe, self.jwk = jws, jwe, jwk

    def read(self, request):
        key = self.jwk.JWK(**request["jwk"])
        if "enc" in request:
            found = self.jwe.JWE(algs=["dir", request["enc"]])
            found.deserialize(request["token"], key)
            return found.jose_header, found.payload
        found = self.jws.JWS()
        found.allowed_algs = [request["alg"]]
        found.deserialize(request["token"], key)
        return found.jose_header, found.payload

    def write(self, request):
        key, header = self.jwk.JWK(**request["jwk"]), compact(dict(request["header"])).decode()
        if "enc" in request:
            made = self.jwe.JWE(request["payload"], protected=header)
            made.add_recipient(key)
            return made.serialize(compact=True)
        made = self.jws.JWS(request["payload"])
        made.add_signature(key, None, header)
        return made.serialize(compact=True)

    def take_up(self, request):
        key = self.jwk.JWK(**request["jwk"])
        return key.thumbprint(), key.export(private_key=request["private"], as_dict=True)

    def make(self, request):
        kinds = {"ES256": {"kty": "EC", "crv": "P-256"}, "EdDSA": {"kty": "OKP", "crv": "Ed25519"}}
        kind = kinds.get(request["alg"], {"kty": "oct", "size": request["bits"]})
        return self.jwk.JWK.generate(**kind).export(as_dict=True)


class Pyjwt:
    """https://pypi.org/project/PyJWT/"""

    name = "PyJWT"

    def __init__(self):
        import jwt

        self.jwt = jwt

    def key(self, request):
        return self.jwt.PyJWK(request["jwk"], algorithm=request["alg"])

    def read(self, request):
        if "enc" in request:
            raise NotImplementedError("no JWE")
        found = self.jwt.decode_complete(
            request["token"],
            self.key(request).key,
            algorithms=[request["alg"]],
            audience=request.get("audience"),
            options={"require": ["exp"]},
        )
        return found["header"], compact(found["payload"])

    def write(self, request):
        if "enc" in request:
            raise NotImplementedError("no JWE")
        headers = {name: value for name, value in request["header"] if name != "alg"}
        return self.jwt.encode(json.loads(request["payload"]), self.key(request).key, request["alg"], headers)

    def take_up(self, request):
        key = self.key(request)
        return None, key.Algorithm.to_jwk(key.key, as_dict=True)

    def make(self, request):
        raise NotImplementedError("makes no keys")


PEERS = {}
for kind in (Joserfc, Jwcrypto, Pyjwt):
    try:
        PEERS[kind.name] = kind()
    except ImportError as error:
        print(f"{kind.name}: {error}", file=sys.stderr)


def answer(request):
    if request["do"] == "peers":
        return {"peers": {name: importlib.metadata.version(name) for name in PEERS}}
    peer = PEERS[request["peer"]]
    if request["do"] == "read":
        header, payload = peer.read(request)
        return {"header": header, "payload": payload.decode()}
    if request["do"] == "write":
        return {"token": peer.write(request)}
    if request["do"] == "take up":
        thumbprint, jwk = peer.take_up(request)
        return {"thumbprint": thumbprint, "jwk": jwk}
    return {"jwk": peer.make(request)}


def main():
    answers = []
    for request in json.load(sys.stdin):
        try:
            answers.append(answer(request))
        except Exception as error:  # whatever a library raises is its refusal
            answers.append({"error": f"{type(error).__name__}: {error}"})
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
