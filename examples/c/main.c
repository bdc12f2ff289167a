/* Ana and Ben meet by a prekey bundle, converse, write to a group and seal who sends; then they compare their safety
 * number. C99; each record goes through its bytes between every two steps.
 *
 * Build it against an installed libsotto-protocol, with CMake:
 *     cmake -S . -B build -DCMAKE_PREFIX_PATH=/where/it/is && cmake --build build && build/conversation
 * or with pkg-config:
 *     cc main.c $(pkg-config --cflags --libs sotto-protocol) -o conversation
 */
#include <sotto/sotto_protocol.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An example ends at the first error; a program tells the person, or asks for the message again. */
static void must(sotto_status status, const char* what) {
  if (status == SOTTO_OK) return;
  fprintf(stderr, "%s: %s\n", what, sotto_status_text(status));
  exit(1);
}

static sotto_view view_of(const sotto_buffer* buffer) {
  sotto_view view;
  view.data = buffer->data;
  view.size = buffer->size;
  return view;
}

static sotto_view bytes(const uint8_t* data, size_t size) {
  sotto_view view;
  view.data = data;
  view.size = size;
  return view;
}

/* One device. The buffers stand for its encrypted database. */
typedef struct device {
  sotto_address address;
  sotto_key_pair* identity;
  uint8_t identity_key[SOTTO_PUBLIC_KEY_SIZE];
  uint8_t signed_record[512], kyber_record[8192], one_time_record[256], session_record[16384];
  sotto_buffer signed_prekey, kyber_prekey, one_time_prekey, session;
  uint8_t signed_key[SOTTO_PUBLIC_KEY_SIZE], one_time_key[SOTTO_PUBLIC_KEY_SIZE],
      kyber_key[SOTTO_KYBER_PUBLIC_KEY_SIZE];
  uint8_t signed_signature[SOTTO_SIGNATURE_SIZE], kyber_signature[SOTTO_SIGNATURE_SIZE];
} device;

static void use(sotto_buffer* buffer, uint8_t* memory, size_t capacity) {
  buffer->data = memory;
  buffer->capacity = capacity;
  buffer->size = 0;
}

static void be_born(device* self, const char* account) {
  memset(self, 0, sizeof *self);
  self->address.name = account;
  self->address.device_id = 1;
  use(&self->signed_prekey, self->signed_record, sizeof self->signed_record);
  use(&self->kyber_prekey, self->kyber_record, sizeof self->kyber_record);
  use(&self->one_time_prekey, self->one_time_record, sizeof self->one_time_record);
  use(&self->session, self->session_record, sizeof self->session_record);
  must(sotto_key_pair_generate(NULL, &self->identity), "identity key");
  sotto_key_pair_public(self->identity, self->identity_key);
  must(sotto_signed_prekey_generate(1, self->identity, 0, NULL, &self->signed_prekey, self->signed_key,
                                    self->signed_signature),
       "signed prekey");
  must(sotto_kyber_prekey_generate(1, self->identity, 0, NULL, &self->kyber_prekey, self->kyber_key,
                                   self->kyber_signature),
       "Kyber prekey");
  must(sotto_one_time_prekey_generate(1, NULL, &self->one_time_prekey, self->one_time_key), "one-time prekey");
}

static sotto_context around(const device* self, const device* other) {
  sotto_context context;
  memset(&context, 0, sizeof context);
  context.identity = self->identity;
  context.registration_id = 1;
  context.local = self->address;
  context.remote = other->address;
  context.known_identity = bytes(other->identity_key, sizeof other->identity_key);
  return context;
}

/* NULL is a record without sessions. */
static sotto_session* load(const device* self) {
  sotto_session* session = NULL;
  if (self->session.size > 0) must(sotto_session_parse(view_of(&self->session), &session), "session record");
  return session;
}

static void keep(device* self, sotto_session* before, sotto_session* after) {
  must(sotto_session_serialize(after, &self->session), "session record");
  sotto_session_free(before);
  sotto_session_free(after);
}

static void meet(device* self, const device* other) {
  const sotto_context context = around(self, other);
  sotto_prekey_bundle bundle;
  sotto_session *before = load(self), *after = NULL;
  memset(&bundle, 0, sizeof bundle);
  bundle.registration_id = 1;
  bundle.device_id = 1;
  bundle.identity_key = bytes(other->identity_key, sizeof other->identity_key);
  bundle.signed_prekey_id = bundle.kyber_prekey_id = bundle.one_time_prekey_id = 1;
  bundle.signed_prekey = bytes(other->signed_key, sizeof other->signed_key);
  bundle.signed_prekey_signature = bytes(other->signed_signature, sizeof other->signed_signature);
  bundle.kyber_prekey = bytes(other->kyber_key, sizeof other->kyber_key);
  bundle.kyber_prekey_signature = bytes(other->kyber_signature, sizeof other->kyber_signature);
  bundle.one_time_prekey = bytes(other->one_time_key, sizeof other->one_time_key);
  must(sotto_session_start(before, &bundle, &context, &after), "start");
  keep(self, before, after);
}

static sotto_message_type say(device* self, const device* other, const char* words, sotto_buffer* message) {
  const sotto_context context = around(self, other);
  sotto_session *before = load(self), *after = NULL;
  sotto_message_type type;
  must(sotto_session_encrypt(before, bytes((const uint8_t*)words, strlen(words)), &context, &after, &type, message),
       "encrypt");
  keep(self, before, after); /* only now may the message leave */
  return type;
}

static void hear(device* self, const device* other, sotto_message_type type, const sotto_buffer* message,
                 const char* name) {
  const sotto_context context = around(self, other);
  sotto_session *before = load(self), *after = NULL;
  uint8_t memory[512];
  sotto_buffer plaintext;
  use(&plaintext, memory, sizeof memory);
  if (type == SOTTO_MESSAGE_PREKEY) {
    sotto_prekey_names names;
    sotto_prekey_records records;
    int began_session = 0;
    memset(&records, 0, sizeof records);
    must(sotto_prekey_message_read(view_of(message), &names), "prekey message");
    if (names.signed_prekey_id == 1) records.signed_prekey = view_of(&self->signed_prekey);
    if (names.kyber_prekey_id == 1) records.kyber = view_of(&self->kyber_prekey);
    if (names.has_one_time_prekey && names.one_time_prekey_id == 1) records.one_time = view_of(&self->one_time_prekey);
    must(sotto_session_decrypt_prekey(before, view_of(message), &records, &context, &after, &plaintext, &began_session),
         "first message");
    if (began_session) self->one_time_prekey.size = 0; /* used up */
  } else {
    must(sotto_session_decrypt(before, view_of(message), &context, &after, &plaintext), "decrypt");
  }
  keep(self, before, after); /* only now may the message be acknowledged */
  printf("%s reads: %.*s\n", name, (int)plaintext.size, (const char*)plaintext.data);
}

static void converse(device* ana, device* ben) {
  static uint8_t memory[4096];
  uint8_t small[1];
  sotto_buffer message, plaintext;
  sotto_context context;
  sotto_session *session, *after = NULL;
  sotto_message_type type;
  int turn;

  use(&message, memory, sizeof memory);
  meet(ana, ben);
  for (turn = 0; turn < 3; ++turn) {
    type = say(ana, ben, turn == 0 ? "Hello Ben!" : "And again!", &message);
    hear(ben, ana, type, &message, "Ben");
    type = say(ben, ana, "Hello Ana!", &message);
    hear(ana, ben, type, &message, "Ana");
  }

  /* A failed operation changes nothing, gives nothing, and says why. */
  session = load(ana);
  context = around(ana, ben);
  use(&plaintext, small, sizeof small);
  printf("A repeated message is refused: %s\n",
         sotto_status_text(sotto_session_decrypt(session, view_of(&message), &context, &after, &plaintext)));
  sotto_session_free(session);
}

/* Ben accepts Ana's chain once, then reads what she encrypts once for the whole group. */
static void write_to_group(void) {
  static const uint8_t group[SOTTO_UUID_SIZE] = {1, 2, 3};
  static const char words[] = "Hello everybody!";
  uint8_t given[512], sent[sizeof words + SOTTO_OVERHEAD], read[sizeof words + SOTTO_OVERHEAD], kept[1024];
  sotto_buffer distribution, message, plaintext, record;
  sotto_sender_key *ana = NULL, *ana_after = NULL, *ben = NULL, *ben_after = NULL;

  use(&distribution, given, sizeof given);
  use(&message, sent, sizeof sent);
  use(&plaintext, read, sizeof read);
  use(&record, kept, sizeof kept);
  must(sotto_sender_key_distribute(NULL, group, NULL, &ana, &distribution), "distribute");
  /* `distribution` goes to each member through its pairwise session, never in the open. */
  must(sotto_sender_key_accept(NULL, view_of(&distribution), &ben), "accept");
  must(sotto_sender_key_serialize(ben, &record), "sender key record");
  sotto_sender_key_free(ben);

  must(sotto_sender_key_encrypt(ana, group, bytes((const uint8_t*)words, strlen(words)), NULL, &ana_after, &message),
       "encrypt for the group");
  must(sotto_sender_key_parse(view_of(&record), &ben), "sender key record");
  must(sotto_sender_key_decrypt(ben, view_of(&message), &ben_after, &plaintext), "decrypt for the group");
  printf("The group reads: %.*s\n", (int)plaintext.size, (const char*)plaintext.data);

  sotto_sender_key_free(ana);
  sotto_sender_key_free(ana_after);
  sotto_sender_key_free(ben);
  sotto_sender_key_free(ben_after);
}

/* A trust root that both know signs a server's key, and the server says for a while who Ana is. */
static void certify(const device* subject, const sotto_key_pair* root, uint64_t expires_ms, sotto_buffer* certificate) {
  uint8_t key[SOTTO_PUBLIC_KEY_SIZE], memory[SOTTO_CERTIFICATE_MAX_SIZE];
  sotto_key_pair* server = NULL;
  sotto_buffer server_certificate;
  sotto_certified certified;

  use(&server_certificate, memory, sizeof memory);
  must(sotto_key_pair_generate(NULL, &server), "server key");
  sotto_key_pair_public(server, key);
  must(sotto_server_certificate_issue(1, bytes(key, sizeof key), root, NULL, &server_certificate),
       "server certificate");
  certified.account = subject->address.name;
  certified.device_id = subject->address.device_id;
  certified.identity_key = bytes(subject->identity_key, sizeof subject->identity_key);
  certified.phone_number = NULL;
  must(sotto_sender_certificate_issue(&certified, expires_ms, view_of(&server_certificate), server, NULL, certificate),
       "sender certificate");
  sotto_key_pair_free(server);
}

static void open_sealed(device* ben, const device* ana, const sotto_key_pair* root, const sotto_buffer* sealed) {
  uint8_t root_key[SOTTO_PUBLIC_KEY_SIZE], memory[4096];
  sotto_opened* opened = NULL;
  sotto_reception reception;
  sotto_buffer message;

  must(sotto_open_sealed(view_of(sealed), ben->identity, NULL, 0, &opened), "open");
  sotto_key_pair_public(root, root_key);
  memset(&reception, 0, sizeof reception);
  reception.trust_roots = root_key;
  reception.trust_root_count = 1;
  reception.now_ms = 1000;
  reception.local = ben->address;
  must(sotto_opened_verify(opened, &reception), "certificate"); /* before anything inside is believed */
  printf("Ben opens a message of %s\n", sotto_opened_sender(opened).name);

  use(&message, memory, sizeof memory);
  message.size = sotto_opened_message(opened).size;
  if (message.size > sizeof memory) exit(1);
  memcpy(memory, sotto_opened_message(opened).data, message.size);
  hear(ben, ana, sotto_opened_type(opened), &message, "Ben"); /* a program finds `ana` by the sender that was opened */

  reception.now_ms = 2001;
  printf("After the certificate's end: %s\n", sotto_status_text(sotto_opened_verify(opened, &reception)));
  sotto_opened_free(opened);
}

static void seal(device* ana, device* ben) {
  static uint8_t inner_memory[4096], content_memory[8192], sealed_memory[12288];
  uint8_t certificate_memory[SOTTO_CERTIFICATE_MAX_SIZE];
  sotto_key_pair* root = NULL;
  sotto_sealed_content whole;
  sotto_buffer certificate, inner, content, sealed;

  use(&certificate, certificate_memory, sizeof certificate_memory);
  use(&inner, inner_memory, sizeof inner_memory);
  use(&content, content_memory, sizeof content_memory);
  use(&sealed, sealed_memory, sizeof sealed_memory);
  must(sotto_key_pair_generate(NULL, &root), "trust root");
  certify(ana, root, 2000, &certificate);

  memset(&whole, 0, sizeof whole);
  whole.type = say(ana, ben, "Nobody on the way knows who wrote this.", &inner);
  whole.sender_certificate = view_of(&certificate);
  whole.message = view_of(&inner);
  must(sotto_sealed_content_serialize(&whole, &content), "content");
  must(sotto_seal(view_of(&content), ana->identity, bytes(ben->identity_key, sizeof ben->identity_key), bytes(NULL, 0),
                  NULL, &sealed),
       "seal");
  open_sealed(ben, ana, root, &sealed);
  sotto_key_pair_free(root);
}

static sotto_fingerprint_end end_of(const device* self) {
  sotto_fingerprint_end end;
  end.identifier = bytes((const uint8_t*)self->address.name, strlen(self->address.name));
  end.identity_key = bytes(self->identity_key, sizeof self->identity_key);
  return end;
}

static void compare(const device* ana, const device* ben) {
  const sotto_fingerprint_end hers = end_of(ana), his = end_of(ben);
  uint8_t ana_code[SOTTO_SCANNABLE_MAX_SIZE], ben_code[SOTTO_SCANNABLE_MAX_SIZE];
  char ana_sees[61], ben_sees[61];
  sotto_buffer shown, scanned;
  int matches = 0;

  use(&shown, ana_code, sizeof ana_code);
  use(&scanned, ben_code, sizeof ben_code);
  must(sotto_fingerprint(&hers, &his, 2, 5200, ana_sees, &shown), "safety number");
  must(sotto_fingerprint(&his, &hers, 2, 5200, ben_sees, &scanned), "safety number");
  must(sotto_fingerprint_compare(view_of(&shown), view_of(&scanned), &matches), "scan");
  printf("Both see %s: %s\n", ana_sees, matches && strcmp(ana_sees, ben_sees) == 0 ? "verified" : "not the same");
}

int main(void) {
  static device ana, ben; /* records are large for a stack */

  must(sotto_start(), "start");
  be_born(&ana, "9d0652a3-dcc3-4d11-975f-74d61598733f");
  be_born(&ben, "796abedb-ca4e-4f18-8803-1fde5b921f9f");
  converse(&ana, &ben);
  write_to_group();
  seal(&ana, &ben);
  compare(&ana, &ben);
  sotto_key_pair_free(ana.identity);
  sotto_key_pair_free(ben.identity);
  return 0;
}
