/* Ana and Ben meet by a prekey bundle and converse, in C99; each record goes through its bytes between every two steps.
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

int main(void) {
  static device ana, ben; /* records are large for a stack */
  static uint8_t memory[4096];
  sotto_buffer message, scannable;
  sotto_fingerprint_end ends[2];
  sotto_session* session;
  sotto_context context;
  uint8_t ids[2] = {1, 2}, scan[256], small[1];
  char digits[61];
  int turn;

  must(sotto_start(), "start");
  be_born(&ana, "9d0652a3-dcc3-4d11-975f-74d61598733f");
  be_born(&ben, "796abedb-ca4e-4f18-8803-1fde5b921f9f");
  use(&message, memory, sizeof memory);

  meet(&ana, &ben);
  for (turn = 0; turn < 3; ++turn) {
    const sotto_message_type hello = say(&ana, &ben, turn == 0 ? "Hello Ben!" : "And again!", &message);
    hear(&ben, &ana, hello, &message, "Ben");
    hear(&ana, &ben, say(&ben, &ana, "Hello Ana!", &message), &message, "Ana");
  }

  /* A failed operation changes nothing and says why. */
  session = load(&ana);
  context = around(&ana, &ben);
  use(&scannable, small, sizeof small);
  printf("a repeated message: %s\n", sotto_status_text(sotto_session_decrypt(session, view_of(&message), &context,
                                                                             &(sotto_session*){NULL}, &scannable)));
  sotto_session_free(session);

  ends[0].identifier = bytes(&ids[0], 1);
  ends[0].identity_key = bytes(ana.identity_key, sizeof ana.identity_key);
  ends[1].identifier = bytes(&ids[1], 1);
  ends[1].identity_key = bytes(ben.identity_key, sizeof ben.identity_key);
  use(&scannable, scan, sizeof scan);
  must(sotto_fingerprint(&ends[0], &ends[1], 2, 5200, digits, &scannable), "safety number");
  printf("safety number: %s\n", digits);

  sotto_key_pair_free(ana.identity);
  sotto_key_pair_free(ben.identity);
  return 0;
}
