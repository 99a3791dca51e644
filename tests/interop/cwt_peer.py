"""The other side of tests/interop.rs: reads our messages and makes its own, with the libraries cwt and pycose.

Takes a JSON list of requests on the standard input and gives a JSON list of answers on the standard output, one for
each: {"bytes": hex}, {"claims": [...]} or {"error": text}. All bytes travel as hexadecimal digits. Nothing here is taken
from the Rust side: the context and the claims are built from their parts, as DESIGN section 4 has them.
"""

import base64
import json
import sys

try:
    import cbor2
except ImportError:  # both peers need it and will not be there either
    cbor2 = None

ALGS = {"HS256": 5, "EdDSA": -8, "ES256": -7, "A256GCM": 3, "ChaCha20/Poly1305": 24}
DIRECT_HKDF = -10


def raw(request, name):
    return bytes.fromhex(request[name])


def external_aad(request):
    """The bytes themselves, or the parts of a token's context."""
    if "aad" in request:
        return raw(request, "aad")
    context = request["context"]
    binding = [[bytes.fromhex(item) for item in context[kind]] for kind in ("deployment", "call")]
    return cbor2.dumps(["orderslip", 1, context["purpose"], b"", *binding])


class Cwt:
    """https://pypi.org/project/cwt/"""

    def __init__(self):
        import cwt
        from cwt.algs.raw import RawKey

        self.cwt, self.RawKey = cwt, RawKey

    def key(self, request):
        kid, alg = raw(request, "kid"), request["alg"]
        if request["kind"] == "encrypt":
            # COSEKey refuses the algorithm -10, and from_symmetric_key without one loses the key id.
            return self.RawKey({1: 4, 2: kid, -1: raw(request, "k")})
        if alg == "HS256":
            return self.cwt.COSEKey.from_symmetric_key(raw(request, "k"), alg=alg, kid=kid)
        key = {2: kid, 3: ALGS[alg], -2: raw(request, "x"), -4: raw(request, "d")}
        if alg == "EdDSA":
            return self.cwt.COSEKey.new({1: 1, -1: 6, **key})
        return self.cwt.COSEKey.new({1: 2, -1: 1, -3: raw(request, "y"), **key})

    def open(self, request):
        context = {"alg": request["alg"]} if request["kind"] == "encrypt" else None
        return self.cwt.COSE.new(verify_kid=True).decode(
            raw(request, "message"), self.key(request), context, external_aad(request)
        )

    def seal(self, request):
        cose, key, aad = self.cwt.COSE.new(), self.key(request), external_aad(request)
        protected, kid = {1: ALGS[request["alg"]]}, {4: raw(request, "kid")}
        payload = raw(request, "payload")
        if request["kind"] == "mac0":
            return cose.encode_and_mac(payload, key, protected, kid, external_aad=aad)
        if request["kind"] == "sign1":
            return cose.encode_and_sign(payload, key, protected, kid, external_aad=aad)
        recipient = self.cwt.Recipient.new(
            {1: DIRECT_HKDF}, {**kid, -20: raw(request, "salt")}, context={"alg": request["alg"]}
        )
        return cose.encode_and_encrypt(payload, key, protected, {}, [recipient], external_aad=aad)


class Pycose:
    """https://pypi.org/project/pycose/; it has no key derivation for direct recipients."""

    def __init__(self):
        import pycose.algorithms
        import pycose.headers
        import pycose.keys
        import pycose.messages

        self.pycose = pycose

    def key(self, request):
        keys, alg = self.pycose.keys, request["alg"]
        if alg == "HS256":
            return keys.SymmetricKey(k=raw(request, "k"))
        if alg == "EdDSA":
            return keys.OKPKey(crv="ED25519", x=raw(request, "x"), d=raw(request, "d"))
        return keys.EC2Key(crv="P_256", x=raw(request, "x"), y=raw(request, "y"), d=raw(request, "d"))

    def open(self, request):
        message = self.pycose.messages.CoseMessage.decode(raw(request, "message"))
        message.key, message.external_aad = self.key(request), external_aad(request)
        if message.uhdr[self.pycose.headers.KID] != raw(request, "kid"):
            raise ValueError("another key id")
        good = message.verify_tag() if request["kind"] == "mac0" else message.verify_signature()
        if not good:
            raise ValueError("the proof does not hold")
        return message.payload

    def seal(self, request):
        algorithms, messages = self.pycose.algorithms, self.pycose.messages
        algorithm = {"HS256": algorithms.HMAC256, "EdDSA": algorithms.EdDSA, "ES256": algorithms.Es256}[request["alg"]]
        kind = messages.Mac0Message if request["kind"] == "mac0" else messages.Sign1Message
        headers = self.pycose.headers
        message = kind(
            phdr={headers.Algorithm: algorithm},
            uhdr={headers.KID: raw(request, "kid")},
            payload=raw(request, "payload"),
            external_aad=external_aad(request),
        )
        message.key = self.key(request)
        return message.encode()


def printable(value):
    """What JSON has no word for: byte strings, and maps with numbers for keys."""
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, dict):
        return {"map": [[printable(key), printable(item)] for key, item in value.items()]}
    return [printable(item) for item in value] if isinstance(value, list) else value


def read_token(peer, request):
    text = request["token"]
    message = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    payload = peer.open({**request, "message": message.hex()})
    return {"claims": printable(cbor2.loads(payload))}


def make_token(peer, request):
    parts = request["claims"]
    claims = {
        4: parts["exp"],
        6: parts["iat"],
        7: raw(parts, "cti"),
        -65539: [parts["began"], parts["ends"]],
        -65537: [parts["version"], parts["state"]],
    }
    message = peer.seal({**request, "payload": cbor2.dumps(claims).hex()})
    return {"token": base64.urlsafe_b64encode(message).rstrip(b"=").decode()}


def answer(peers, request):
    peer = peers[request["peer"]]
    if request["do"] == "open":
        return {"bytes": peer.open(request).hex()}
    if request["do"] == "seal":
        return {"bytes": peer.seal(request).hex()}
    return {"read": read_token, "make": make_token}[request["do"]](peer, request)


def main():
    peers = {}
    for name, peer in (("cwt", Cwt), ("pycose", Pycose)):
        try:
            peers[name] = peer()
        except ImportError as error:
            print(f"{name}: {error}", file=sys.stderr)
    answers = []
    for request in json.load(sys.stdin):
        try:
            if request["do"] == "peers":
                answers.append({"peers": sorted(peers)})
            else:
                answers.append(answer(peers, request))
        except Exception as error:  # whatever a library raises is its refusal
            answers.append({"error": f"{type(error).__name__}: {error}"})
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
