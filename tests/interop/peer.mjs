// The official package behind the conformance protocol (docs/spec/conformance.md): one JSON object a line in, one out.
// It is driven through its public interface only. SOTTO_PEER names the folder that holds node_modules.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const require = createRequire(`${process.env.SOTTO_PEER}/package.json`);
const signal = await import(pathToFileURL(require.resolve("@signalapp/libsignal-client")));
const { default: MultiRecipient } = await import(
  pathToFileURL(require.resolve("@signalapp/libsignal-client/dist/SealedSenderMultiRecipientMessage.js")));

class Refusal extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}
const invalidRequest = (message) => new Refusal("invalid_request", message);

// ---- members

const absent = (value) => value === undefined || value === null;

function text(members, name) {
  if (typeof members[name] !== "string") throw invalidRequest(`\`${name}\` must be a string`);
  return members[name];
}
function bytes(members, name) {
  const spelled = text(members, name);
  if (!/^([0-9a-fA-F]{2})*$/.test(spelled)) throw invalidRequest(`\`${name}\` must be an even number of hex digits`);
  return new Uint8Array(Buffer.from(spelled, "hex"));
}
function whole(members, name, most) {
  const value = members[name];
  if (!Number.isInteger(value) || value < 0 || value > most) throw invalidRequest(`\`${name}\` is no number in range`);
  return value;
}
const wholeOr = (members, name, most, fallback) =>
  absent(members[name]) ? fallback : whole(members, name, most);
function object(members, name) {
  if (typeof members[name] !== "object" || absent(members[name])) throw invalidRequest(`\`${name}\` must be an object`);
  return members[name];
}
function uuid(members, name) {
  const spelled = text(members, name);
  if (!/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/.test(spelled)) throw invalidRequest(`\`${name}\` must be a UUID`);
  return spelled.toLowerCase();
}
const uuidBytes = (spelled) => new Uint8Array(Buffer.from(spelled.replaceAll("-", ""), "hex"));
function address(members) {
  const device = whole(members, "device_id", 127);
  if (device === 0) throw invalidRequest("`device_id` must be 1 to 127");
  return signal.ProtocolAddress.new(uuid(members, "service_id"), device);
}
const peerAddress = (members) => address(object(members, "peer"));
const hex = (value) => Buffer.from(value).toString("hex");
const nameOf = (of) => `${of.name()}.${of.deviceId()}`;

// The words for what the package throws: by its code, else by the text of the message.
const words = [
  [/session with .* not found|cannot get registration ID from session/, "no_session"],
  [/missing sender key state/, "no_sender_key"],
  [/invalid signature detected/, "invalid_signature"],
  [/bad key|bad KEM|no key type|key agreement/i, "invalid_key"],
];

function codeOf(error) {
  if (error instanceof Refusal) return error.code;
  switch (error.code) {
    case signal.ErrorCode.DuplicatedMessage: return "duplicate_message";
    case signal.ErrorCode.UntrustedIdentity: return "untrusted_identity";
    case signal.ErrorCode.SealedSenderSelfSend: return "self_send";
    case signal.ErrorCode.InvalidSession:
    case signal.ErrorCode.InvalidSenderKeySession:
    case signal.ErrorCode.InvalidRegistrationId: return "invalid_session";
    case signal.ErrorCode.InvalidProtocolAddress: return "invalid_request";
  }
  for (const [pattern, code] of words) if (pattern.test(error.message)) return code;
  return "invalid_message";
}

// ---- one device

class Sessions extends signal.SessionStore {
  records = new Map();
  async saveSession(at, record) { this.records.set(nameOf(at), record.serialize()); }
  async getSession(at) {
    const found = this.records.get(nameOf(at));
    return found ? signal.SessionRecord.deserialize(found) : null;
  }
  async getExistingSessions(all) {
    return all.map((at) => {
      const found = this.records.get(nameOf(at));
      if (!found) throw new Refusal("no_session", `no session with ${nameOf(at)}`);
      return signal.SessionRecord.deserialize(found);
    });
  }
}

class Identities extends signal.IdentityKeyStore {
  known = new Map();
  constructor(key, registrationId) {
    super();
    this.key = key;
    this.registrationId = registrationId;
  }
  async getIdentityKey() { return this.key; }
  async getLocalRegistrationId() { return this.registrationId; }
  async saveIdentity(at, key) {
    const before = this.known.get(nameOf(at));
    this.known.set(nameOf(at), hex(key.serialize()));
    return before === undefined || before === this.known.get(nameOf(at))
      ? signal.IdentityChange.NewOrUnchanged : signal.IdentityChange.ReplacedExisting;
  }
  async isTrustedIdentity(at, key) {
    const before = this.known.get(nameOf(at));
    return before === undefined || before === hex(key.serialize());
  }
  async getIdentity(at) {
    const found = this.known.get(nameOf(at));
    return found ? signal.PublicKey.deserialize(new Uint8Array(Buffer.from(found, "hex"))) : null;
  }
}

const unknownPreKey = (id) => new Refusal("unknown_prekey", `there is no prekey ${id}`);

// The wrapped exception of a store loses its class, so the refusal is remembered here.
class PreKeys extends signal.PreKeyStore {
  constructor(device) { super(); this.device = device; }
  async savePreKey(id, record) { this.device.oneTime.set(id, record.serialize()); }
  async getPreKey(id) {
    const found = this.device.oneTime.get(id);
    if (!found) throw (this.device.refusal = unknownPreKey(id));
    return signal.PreKeyRecord.deserialize(found);
  }
  async removePreKey(id) { this.device.oneTime.delete(id); }
}
class SignedPreKeys extends signal.SignedPreKeyStore {
  constructor(device) { super(); this.device = device; }
  async saveSignedPreKey(id, record) { this.device.signed.set(id, record.serialize()); }
  async getSignedPreKey(id) {
    const found = this.device.signed.get(id);
    if (!found) throw (this.device.refusal = unknownPreKey(id));
    return signal.SignedPreKeyRecord.deserialize(found);
  }
}
class KyberPreKeys extends signal.KyberPreKeyStore {
  constructor(device) { super(); this.device = device; }
  async saveKyberPreKey(id, record) { this.device.kyber.set(id, record.serialize()); }
  async getKyberPreKey(id) {
    const found = this.device.kyber.get(id);
    if (!found) throw (this.device.refusal = unknownPreKey(id));
    return signal.KyberPreKeyRecord.deserialize(found);
  }
  async markKyberPreKeyUsed(id, signedId, baseKey) {
    const use = `${id} ${signedId} ${hex(baseKey.serialize())}`;
    if (this.device.uses.has(use)) throw (this.device.refusal = new Refusal("invalid_message", "reused base key"));
    this.device.uses.add(use);
  }
}
class SenderKeys extends signal.SenderKeyStore {
  records = new Map();
  async saveSenderKey(at, distribution, record) { this.records.set(`${nameOf(at)} ${distribution}`, record.serialize()); }
  async getSenderKey(at, distribution) {
    const found = this.records.get(`${nameOf(at)} ${distribution}`);
    return found ? signal.SenderKeyRecord.deserialize(found) : null;
  }
}

class Party {
  oneTime = new Map();
  signed = new Map();
  kyber = new Map();
  uses = new Set();
  nextId = 1;
  refusal = null;
  constructor(at, registrationId, key) {
    this.at = at;
    this.sessions = new Sessions();
    this.identities = new Identities(key, registrationId);
    this.senderKeys = new SenderKeys();
    this.preKeys = new PreKeys(this);
    this.signedPreKeys = new SignedPreKeys(this);
    this.kyberPreKeys = new KyberPreKeys(this);
  }

  // A refused operation leaves everything as it was.
  async transact(work) {
    const before = this.save();
    this.refusal = null;
    try {
      return await work();
    } catch (error) {
      this.load(before);
      throw this.refusal ?? error;
    }
  }
  save() {
    return {
      oneTime: [...this.oneTime], uses: [...this.uses], sessions: [...this.sessions.records],
      known: [...this.identities.known], senderKeys: [...this.senderKeys.records],
    };
  }
  load(saved) {
    this.oneTime = new Map(saved.oneTime);
    this.uses = new Set(saved.uses);
    this.sessions.records = new Map(saved.sessions);
    this.identities.known = new Map(saved.known);
    this.senderKeys.records = new Map(saved.senderKeys);
  }

  async decryptSession(from, kind, message) {
    if (kind === "prekey") {
      return await signal.signalDecryptPreKey(signal.PreKeySignalMessage.deserialize(message), from, this.at, this.sessions,
        this.identities, this.preKeys, this.signedPreKeys, this.kyberPreKeys);
    }
    return await signal.signalDecrypt(signal.SignalMessage.deserialize(message), from, this.at, this.sessions, this.identities);
  }
}

const parties = new Map();
function partyOf(members) {
  const found = parties.get(text(members, "party"));
  if (!found) throw invalidRequest("there is no party of that name");
  return found;
}
const now = (members) => new Date(wholeOr(members, "now_ms", Number.MAX_SAFE_INTEGER, Date.now()));

const publicKey = (members, name) => {
  const raw = bytes(members, name);
  try { return signal.PublicKey.deserialize(raw); } catch (error) { throw new Refusal("invalid_key", error.message); }
};
const privateKey = (members, name) => {
  const raw = bytes(members, name);
  try { return signal.PrivateKey.deserialize(raw); } catch (error) { throw new Refusal("invalid_key", error.message); }
};
const kemKey = (members, name) => {
  const raw = bytes(members, name);
  try { return signal.KEMPublicKey.deserialize(raw); } catch (error) { throw new Refusal("invalid_key", error.message); }
};
const certificateOf = (members) => {
  const raw = bytes(members, "certificate");
  try { return signal.SenderCertificate.deserialize(raw); } catch (error) { throw new Refusal("invalid_certificate", error.message); }
};

// ---- operations

const operations = {
  "party.new"(members) {
    const name = text(members, "party");
    const at = address(members);
    const registrationId = wholeOr(members, "registration_id", 0xffffffff, 1 + Math.floor(Math.random() * 0x3fff));
    const key = absent(members.identity_private) ? signal.PrivateKey.generate() : privateKey(members, "identity_private");
    parties.set(name, new Party(at, registrationId, key));
    return { identity_key: hex(key.getPublicKey().serialize()), registration_id: registrationId };
  },

  "party.bundle"(members) {
    const party = partyOf(members);
    if (typeof members.one_time !== "boolean") throw invalidRequest("`one_time` must be true or false");
    const id = party.nextId++;
    const key = party.identities.key;
    const signedKey = signal.PrivateKey.generate();
    const signedSignature = key.sign(signedKey.getPublicKey().serialize());
    const kyberKey = signal.KEMKeyPair.generate();
    const kyberSignature = key.sign(kyberKey.getPublicKey().serialize());
    party.signed.set(id, signal.SignedPreKeyRecord.new(id, Date.now(), signedKey.getPublicKey(), signedKey, signedSignature).serialize());
    party.kyber.set(id, signal.KyberPreKeyRecord.new(id, Date.now(), kyberKey, kyberSignature).serialize());
    let oneTime = null;
    if (members.one_time) {
      const oneTimeKey = signal.PrivateKey.generate();
      party.oneTime.set(id, signal.PreKeyRecord.new(id, oneTimeKey.getPublicKey(), oneTimeKey).serialize());
      oneTime = { id, public: hex(oneTimeKey.getPublicKey().serialize()) };
    }
    return {
      registration_id: party.identities.registrationId,
      device_id: party.at.deviceId(),
      identity_key: hex(key.getPublicKey().serialize()),
      signed_prekey: { id, public: hex(signedKey.getPublicKey().serialize()), signature: hex(signedSignature) },
      one_time_prekey: oneTime,
      kyber_prekey: { id, public: hex(kyberKey.getPublicKey().serialize()), signature: hex(kyberSignature) },
    };
  },

  "party.export"(members) {
    const party = partyOf(members);
    const plain = ([name, record]) => [name, hex(record)];
    const state = {
      name: party.at.name(), device: party.at.deviceId(), registrationId: party.identities.registrationId,
      key: hex(party.identities.key.serialize()), nextId: party.nextId, uses: [...party.uses],
      known: [...party.identities.known],
    };
    for (const kind of ["oneTime", "signed", "kyber"]) state[kind] = [...party[kind]].map(plain);
    state.sessions = [...party.sessions.records].map(plain);
    state.senderKeys = [...party.senderKeys.records].map(plain);
    return { state: hex(Buffer.from(JSON.stringify(state))) };
  },

  "party.import"(members) {
    const name = text(members, "party");
    const raw = bytes(members, "state");
    try {
      const state = JSON.parse(Buffer.from(raw).toString());
      const bin = (spelled) => new Uint8Array(Buffer.from(spelled, "hex"));
      const plain = ([key, record]) => [key, bin(record)];
      const party = new Party(signal.ProtocolAddress.new(state.name, state.device), state.registrationId,
        signal.PrivateKey.deserialize(bin(state.key)));
      party.nextId = state.nextId;
      party.uses = new Set(state.uses);
      party.identities.known = new Map(state.known);
      for (const kind of ["oneTime", "signed", "kyber"]) party[kind] = new Map(state[kind].map(plain));
      party.sessions.records = new Map(state.sessions.map(plain));
      party.senderKeys.records = new Map(state.senderKeys.map(plain));
      parties.set(name, party);
    } catch (error) {
      throw new Refusal("invalid_session", `the state can't be used: ${error.message}`);
    }
    return {};
  },

  async "session.start"(members) {
    const party = partyOf(members);
    const to = peerAddress(members);
    const bundle = object(members, "bundle");
    const signedPreKey = object(bundle, "signed_prekey");
    const kyberPreKey = object(bundle, "kyber_prekey");
    const oneTime = absent(bundle.one_time_prekey) ? null : object(bundle, "one_time_prekey");
    const identity = publicKey(bundle, "identity_key");
    const parsed = signal.PreKeyBundle.new(
      whole(bundle, "registration_id", 0xffffffff), whole(bundle, "device_id", 127),
      oneTime && whole(oneTime, "id", 0xffffffff), oneTime && publicKey(oneTime, "public"),
      whole(signedPreKey, "id", 0xffffffff), publicKey(signedPreKey, "public"), bytes(signedPreKey, "signature"), identity,
      whole(kyberPreKey, "id", 0xffffffff), kemKey(kyberPreKey, "public"), bytes(kyberPreKey, "signature"));
    await party.transact(() =>
      signal.processPreKeyBundle(parsed, to, party.at, party.sessions, party.identities, now(members)));
    return {};
  },

  async "session.encrypt"(members) {
    const party = partyOf(members);
    const to = peerAddress(members);
    const message = await party.transact(() =>
      signal.signalEncrypt(bytes(members, "plaintext"), to, party.at, party.sessions, party.identities, now(members)));
    return {
      type: message.type() === signal.CiphertextMessageType.PreKey ? "prekey" : "signal",
      message: hex(message.serialize()),
    };
  },

  async "session.decrypt"(members) {
    const party = partyOf(members);
    const from = peerAddress(members);
    const type = text(members, "type");
    if (type !== "prekey" && type !== "signal") throw invalidRequest("`type` must be prekey or signal");
    const message = bytes(members, "message");
    return { plaintext: hex(await party.transact(() => party.decryptSession(from, type, message))) };
  },

  async "session.archive"(members) {
    const party = partyOf(members);
    const to = peerAddress(members);
    const record = await party.sessions.getSession(to);
    if (!record) throw new Refusal("no_session", "there is no session");
    record.archiveCurrentState();
    await party.sessions.saveSession(to, record);
    return {};
  },

  "fingerprint"(members) {
    const local = object(members, "local");
    const remote = object(members, "remote");
    const iterations = wholeOr(members, "iterations", 0xffffffff, 5200);
    if (iterations < 2 || iterations > 1000000) throw invalidRequest("`iterations` is out of range");
    const made = signal.Fingerprint.new(iterations, wholeOr(members, "version", 0xffffffff, 2),
      uuidBytes(uuid(local, "service_id")), publicKey(local, "identity_key"),
      uuidBytes(uuid(remote, "service_id")), publicKey(remote, "identity_key"));
    return { numeric: made.displayableFingerprint().toString(), scannable: hex(made.scannableFingerprint().toBuffer()) };
  },

  async "group.distribute"(members) {
    const party = partyOf(members);
    const distribution = uuid(members, "distribution_id");
    const message = await party.transact(() =>
      signal.SenderKeyDistributionMessage.create(party.at, distribution, party.senderKeys));
    return { message: hex(message.serialize()) };
  },

  async "group.accept"(members) {
    const party = partyOf(members);
    const sender = address(object(members, "sender"));
    const raw = bytes(members, "message");
    await party.transact(async () =>
      signal.processSenderKeyDistributionMessage(sender, signal.SenderKeyDistributionMessage.deserialize(raw), party.senderKeys));
    return {};
  },

  async "group.encrypt"(members) {
    const party = partyOf(members);
    const distribution = uuid(members, "distribution_id");
    const message = await party.transact(() =>
      signal.groupEncrypt(party.at, distribution, party.senderKeys, bytes(members, "plaintext")));
    return { message: hex(message.serialize()) };
  },

  async "group.decrypt"(members) {
    const party = partyOf(members);
    const sender = address(object(members, "sender"));
    const raw = bytes(members, "message");
    return { plaintext: hex(await party.transact(() => signal.groupDecrypt(sender, party.senderKeys, raw))) };
  },

  "sealed.certify"(members) {
    const root = privateKey(members, "trust_root_private");
    const server = privateKey(members, "server_private");
    const sender = object(members, "sender");
    const at = address(sender);
    const issued = signal.ServerCertificate.new(whole(members, "server_key_id", 0xffffffff), server.getPublicKey(), root);
    const certificate = signal.SenderCertificate.new(at.name(), null, at.deviceId(), publicKey(sender, "identity_key"),
      whole(members, "expires_ms", Number.MAX_SAFE_INTEGER), issued, server);
    return { certificate: hex(certificate.serialize()), trust_root: hex(root.getPublicKey().serialize()) };
  },

  async "sealed.encrypt"(members) {
    const party = partyOf(members);
    const to = peerAddress(members);
    const certificate = certificateOf(members);
    const message = await party.transact(async () => {
      const inner = await signal.signalEncrypt(bytes(members, "plaintext"), to, party.at, party.sessions, party.identities, now({}));
      const content = signal.UnidentifiedSenderMessageContent.new(inner, certificate,
        wholeOr(members, "content_hint", 0xffffffff, 0), absent(members.group_id) ? null : bytes(members, "group_id"));
      return await signal.sealedSenderEncrypt(content, to, party.identities);
    });
    return { message: hex(message) };
  },

  async "sealed.decrypt"(members) {
    const party = partyOf(members);
    const root = publicKey(members, "trust_root");
    const at = whole(members, "now_ms", Number.MAX_SAFE_INTEGER);
    const raw = bytes(members, "message");
    return await party.transact(async () => {
      const content = await signal.sealedSenderDecryptToUsmc(raw, party.identities);
      const certificate = content.senderCertificate();
      if (!certificate.validate(root, at)) throw new Refusal("invalid_certificate", "the sender certificate does not validate");
      if (certificate.senderUuid() === party.at.name() && certificate.senderDeviceId() === party.at.deviceId()) {
        throw new Refusal("self_send", "one's own message");
      }
      const sender = signal.ProtocolAddress.new(certificate.senderUuid(), certificate.senderDeviceId());
      const inner = await party.openInner(content, sender);
      const group = content.groupId();
      return {
        sender: { service_id: sender.name(), device_id: sender.deviceId() },
        plaintext: hex(inner),
        content_hint: content.contentHint(),
        group_id: group && group.length > 0 ? hex(group) : null,
      };
    });
  },

  async "sealed.encrypt_group"(members) {
    const party = partyOf(members);
    const certificate = certificateOf(members);
    if (!Array.isArray(members.peers)) throw invalidRequest("`peers` must be a list");
    const peers = members.peers.map(address);
    const distribution = uuid(members, "distribution_id");
    const message = await party.transact(async () => {
      const inner = await signal.groupEncrypt(party.at, distribution, party.senderKeys, bytes(members, "plaintext"));
      const content = signal.UnidentifiedSenderMessageContent.new(inner, certificate,
        wholeOr(members, "content_hint", 0xffffffff, 0), absent(members.group_id) ? null : bytes(members, "group_id"));
      return await signal.sealedSenderMultiRecipientEncrypt(content, peers, party.identities, party.sessions);
    });
    return { message: hex(message) };
  },

  "sealed.split"(members) {
    const split = new MultiRecipient(bytes(members, "message"));
    const messages = {};
    for (const [name, recipient] of Object.entries(split.recipientsByServiceIdString())) {
      messages[name] = hex(split.messageForRecipient(recipient));
    }
    return { messages };
  },

  "key.sign": (members) => ({ signature: hex(privateKey(members, "private").sign(bytes(members, "message"))) }),
  "key.verify": (members) =>
    ({ valid: publicKey(members, "public").verify(bytes(members, "message"), bytes(members, "signature")) }),
  "key.agree": (members) => ({ secret: hex(privateKey(members, "private").agree(publicKey(members, "public"))) }),
};

Party.prototype.openInner = function (content, sender) {
  switch (content.msgType()) {
    case signal.CiphertextMessageType.Whisper: return this.decryptSession(sender, "signal", content.contents());
    case signal.CiphertextMessageType.PreKey: return this.decryptSession(sender, "prekey", content.contents());
    case signal.CiphertextMessageType.SenderKey: return signal.groupDecrypt(sender, this.senderKeys, content.contents());
    default: throw new Refusal("invalid_message", "a content of another type");
  }
};

// ---- lines

async function answer(line) {
  let request;
  try {
    request = JSON.parse(line);
  } catch (error) {
    return { id: null, error: { code: "invalid_request", message: "the line is not JSON" } };
  }
  if (typeof request !== "object" || request === null) {
    return { id: null, error: { code: "invalid_request", message: "the line is not a JSON object" } };
  }
  const id = request.id ?? null;
  try {
    const operation = Object.hasOwn(operations, request.op) ? operations[request.op] : undefined;
    if (!operation) throw invalidRequest("there is no such operation");
    return { id, ok: await operation(request) };
  } catch (error) {
    return { id, error: { code: codeOf(error), message: String(error.message).split("\n")[0] } };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
}
