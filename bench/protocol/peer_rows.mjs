// The official package's figures for the rows of protocol_bench: CPU microseconds of one operation through its public
// interface, records deserialized and serialized as a caller with storage pays it. One JSON object: {"row": us}.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(`${process.env.SOTTO_PEER}/package.json`);
const signal = await import(pathToFileURL(require.resolve("@signalapp/libsignal-client")));

const text = new Uint8Array(256).fill(0x61);
const nameOf = (at) => `${at.name()}.${at.deviceId()}`;
const account = (n) => `${n.toString(16).padStart(8, "0")}-0000-4000-8000-000000000001`;

class Sessions extends signal.SessionStore {
  records = new Map();
  async saveSession(at, record) { this.records.set(nameOf(at), record.serialize()); }
  async getSession(at) {
    const found = this.records.get(nameOf(at));
    return found ? signal.SessionRecord.deserialize(found) : null;
  }
  async getExistingSessions(all) { return Promise.all(all.map((at) => this.getSession(at))); }
}
class Identities extends signal.IdentityKeyStore {
  known = new Map();
  key = signal.PrivateKey.generate();
  async getIdentityKey() { return this.key; }
  async getLocalRegistrationId() { return 1; }
  async saveIdentity(at, key) { this.known.set(nameOf(at), key); return signal.IdentityChange.NewOrUnchanged; }
  async isTrustedIdentity() { return true; }
  async getIdentity(at) { return this.known.get(nameOf(at)) ?? null; }
}
class PreKeys extends signal.PreKeyStore {
  records = new Map();
  async savePreKey(id, record) { this.records.set(id, record.serialize()); }
  async getPreKey(id) { return signal.PreKeyRecord.deserialize(this.records.get(id)); }
  async removePreKey() {}
}
class SignedPreKeys extends signal.SignedPreKeyStore {
  records = new Map();
  async saveSignedPreKey(id, record) { this.records.set(id, record.serialize()); }
  async getSignedPreKey(id) { return signal.SignedPreKeyRecord.deserialize(this.records.get(id)); }
}
class KyberPreKeys extends signal.KyberPreKeyStore {
  records = new Map();
  async saveKyberPreKey(id, record) { this.records.set(id, record.serialize()); }
  async getKyberPreKey(id) { return signal.KyberPreKeyRecord.deserialize(this.records.get(id)); }
  async markKyberPreKeyUsed() {}
}
class SenderKeys extends signal.SenderKeyStore {
  records = new Map();
  async saveSenderKey(at, id, record) { this.records.set(`${nameOf(at)} ${id}`, record.serialize()); }
  async getSenderKey(at, id) {
    const found = this.records.get(`${nameOf(at)} ${id}`);
    return found ? signal.SenderKeyRecord.deserialize(found) : null;
  }
}

class Device {
  constructor(number) {
    this.at = signal.ProtocolAddress.new(account(number), 1);
    this.sessions = new Sessions();
    this.identities = new Identities();
    this.preKeys = new PreKeys();
    this.signed = new SignedPreKeys();
    this.kyber = new KyberPreKeys();
    this.senderKeys = new SenderKeys();
  }
  get key() { return this.identities.key; }
  async publish() {
    const oneTime = signal.PrivateKey.generate(), signedKey = signal.PrivateKey.generate(), kyberKey = signal.KEMKeyPair.generate();
    const signature = this.key.sign(signedKey.getPublicKey().serialize());
    const kyberSignature = this.key.sign(kyberKey.getPublicKey().serialize());
    await this.preKeys.savePreKey(1, signal.PreKeyRecord.new(1, oneTime.getPublicKey(), oneTime));
    await this.signed.saveSignedPreKey(1, signal.SignedPreKeyRecord.new(1, 0, signedKey.getPublicKey(), signedKey, signature));
    await this.kyber.saveKyberPreKey(1, signal.KyberPreKeyRecord.new(1, 0, kyberKey, kyberSignature));
    return signal.PreKeyBundle.new(1, 1, 1, oneTime.getPublicKey(), 1, signedKey.getPublicKey(), signature,
      this.key.getPublicKey(), 1, kyberKey.getPublicKey(), kyberSignature);
  }
  start(other, bundle) { return signal.processPreKeyBundle(bundle, other.at, this.at, this.sessions, this.identities); }
  encrypt(other) { return signal.signalEncrypt(text, other.at, this.at, this.sessions, this.identities); }
  decrypt(other, message) {
    const bytes = message.serialize();
    return message.type() === signal.CiphertextMessageType.PreKey
      ? signal.signalDecryptPreKey(signal.PreKeySignalMessage.deserialize(bytes), other.at, this.at, this.sessions,
        this.identities, this.preKeys, this.signed, this.kyber)
      : signal.signalDecrypt(signal.SignalMessage.deserialize(bytes), other.at, this.at, this.sessions, this.identities);
  }
}

async function pair() {
  const ana = new Device(1), ben = new Device(2);
  await ana.start(ben, await ben.publish());
  await ben.decrypt(ana, await ana.encrypt(ben));
  await ana.decrypt(ben, await ben.encrypt(ana));
  return [ana, ben];
}

const figures = {};
// The least of three rounds, each of `count` operations; `prepare` gives what one round uses up, outside the clock.
async function row(name, count, prepare, work) {
  let least = Infinity;
  for (let round = 0; round < 3; round++) {
    const given = await prepare();
    const before = process.cpuUsage();
    for (let i = 0; i < count; i++) await work(given, i);
    const spent = process.cpuUsage(before);
    least = Math.min(least, (spent.user + spent.system) / count);
  }
  figures[name] = least;
}

await row("process_bundle", 200, async () => { const ben = new Device(2); return [new Device(1), ben, await ben.publish()]; },
  ([ana, ben, bundle]) => ana.start(ben, bundle));
await row("first_encrypt", 300, async () => {
  const ana = new Device(1), ben = new Device(2);
  await ana.start(ben, await ben.publish());
  return [ana, ben];
}, ([ana, ben]) => ana.encrypt(ben));
await row("first_decrypt", 200, async () => {
  const ana = new Device(1), ben = new Device(2);
  await ana.start(ben, await ben.publish());
  return [ana, ben, await ana.encrypt(ben)];
}, async ([ana, ben, message]) => { ben.sessions.records.clear(); await ben.decrypt(ana, message); });
await row("encrypt", 2000, pair, ([ana, ben]) => ana.encrypt(ben));
await row("decrypt", 2000, async () => {
  const [ana, ben] = await pair();
  const messages = [];
  for (let i = 0; i < 2000; i++) messages.push(await ana.encrypt(ben));
  return [ana, ben, messages];
}, ([ana, ben, messages], i) => ben.decrypt(ana, messages[i]));
await row("encrypt_10000", 1, pair, async ([ana, ben]) => { for (let i = 0; i < 10000; i++) await ana.encrypt(ben); });
await row("ping_pong", 500, pair, async ([ana, ben]) => {
  await ben.decrypt(ana, await ana.encrypt(ben));
  await ana.decrypt(ben, await ben.encrypt(ana));
});

const group = account(99);
async function grouped() {
  const [ana, ben] = await pair();
  const key = await signal.SenderKeyDistributionMessage.create(ana.at, group, ana.senderKeys);
  await signal.processSenderKeyDistributionMessage(ana.at, key, ben.senderKeys);
  return [ana, ben];
}
const groupText = ([ana]) => signal.groupEncrypt(ana.at, group, ana.senderKeys, text);
await row("sender_key_encrypt", 1000, grouped, groupText);
await row("sender_key_decrypt", 1000, async () => {
  const ends = await grouped();
  const messages = [];
  for (let i = 0; i < 1000; i++) messages.push((await groupText(ends)).serialize());
  return [...ends, messages];
}, ([ana, ben, messages], i) => signal.groupDecrypt(ana.at, ben.senderKeys, messages[i]));

function certify(device) {
  const root = signal.PrivateKey.generate(), server = signal.PrivateKey.generate();
  const issued = signal.ServerCertificate.new(1, server.getPublicKey(), root);
  return signal.SenderCertificate.new(device.at.name(), null, 1, device.key.getPublicKey(), 4e12, issued, server);
}
async function sealing() {
  const [ana, ben] = await pair();
  return [ana, ben, await ana.encrypt(ben), certify(ana)];
}
const wrap = ([ana, ben, inner, certificate]) =>
  signal.sealedSenderEncrypt(signal.UnidentifiedSenderMessageContent.new(inner, certificate, 0, null), ben.at, ana.identities);
await row("sealed_v1_wrap", 500, sealing, wrap);
await row("sealed_v1_unwrap", 500, async () => { const ends = await sealing(); return [ends[1], await wrap(ends)]; },
  ([ben, message]) => signal.sealedSenderDecryptToUsmc(message, ben.identities));

async function crowd(size) {
  const ana = new Device(1);
  const all = [];
  for (let i = 0; i < size; i++) {
    const other = new Device(10 + i);
    await ana.start(other, await other.publish());
    await other.decrypt(ana, await ana.encrypt(other));
    await ana.decrypt(other, await other.encrypt(ana));
    all.push(other);
  }
  await signal.SenderKeyDistributionMessage.create(ana.at, group, ana.senderKeys);
  return [ana, all, signal.UnidentifiedSenderMessageContent.new(
    await signal.groupEncrypt(ana.at, group, ana.senderKeys, text), certify(ana), 0, null)];
}
for (const size of [1, 10, 100, 1000]) {
  const given = await crowd(size);
  await row(`sealed_v2_${size}`, Math.max(2, 200 / size), async () => given, ([ana, all, content]) =>
    signal.sealedSenderMultiRecipientEncrypt(content, all.map((other) => other.at), ana.identities, ana.sessions));
  if (size === 1000) {
    await row("fan_out_1000", 1, async () => given, async ([ana, all]) => { for (const other of all) await ana.encrypt(other); });
  }
}

await row("prekeys_100", 3, async () => new Device(1), async (ana) => {
  for (let id = 1; id <= 100; id++) {
    const key = signal.PrivateKey.generate();
    signal.PreKeyRecord.new(id, key.getPublicKey(), key).serialize();
    const kyber = signal.KEMKeyPair.generate();
    signal.KyberPreKeyRecord.new(id, 0, kyber, ana.key.sign(kyber.getPublicKey().serialize())).serialize();
  }
});
await row("fingerprint", 10, async () => [new Device(1), new Device(2)], ([ana, ben]) =>
  signal.Fingerprint.new(5200, 2, new Uint8Array(16), ana.key.getPublicKey(), new Uint8Array(16).fill(1), ben.key.getPublicKey())
    .displayableFingerprint());

process.stdout.write(`${JSON.stringify(figures)}\n`);
