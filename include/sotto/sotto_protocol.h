/* libsotto-protocol: the Signal Protocol, byte for byte as the official implementation speaks it.
 *
 * The library does arithmetic and nothing else. It has no storage, no network, no clock, no threads, no global state and no
 * callbacks into the caller. Every operation takes what the caller has kept, and gives what the caller must keep next:
 *
 *     sotto_session* after = NULL;
 *     sotto_session_encrypt(before, text, &context, &after, &type, &message);
 *     … serialize `after` and commit it, together with `message` …
 *     … only now send `message`; then free `before` and go on with `after` …
 *
 * The rules that hold everywhere:
 *
 * - An operation that fails changes nothing, gives nothing, and can be repeated. `before` is never changed, also by success.
 * - Commit what came out *before* a byte of the message leaves, and before a received message is acknowledged. A retry sends
 *   the same bytes again; it never encrypts again.
 * - Views are borrowed for the length of the call. Buffers belong to the caller: set `data` and `capacity`; `size` comes back.
 *   If one is too small the call answers SOTTO_BUFFER_TOO_SMALL, `size` of every buffer says what is needed, and nothing else
 *   has happened. A buffer with capacity 0 and data NULL asks for the size.
 * - Handles come from functions with an out-parameter of type T** and go back to T_free, which zeroes their secrets and takes
 *   NULL. A handle may be used by several threads at a time: no function changes one.
 * - Public keys are 33 bytes (0x05, then u), private keys 32; Kyber keys and ciphertexts have their type byte 0x08. In numbers
 *   beside a field: bytes.
 * - Sections (§) are those of docs/spec/signal-protocol.md.
 */
#ifndef SOTTO_PROTOCOL_H
#define SOTTO_PROTOCOL_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define SOTTO_API
#else
#define SOTTO_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define SOTTO_PROTOCOL_VERSION_MAJOR 0
#define SOTTO_PROTOCOL_VERSION_MINOR 1
#define SOTTO_PROTOCOL_VERSION_PATCH 0

#define SOTTO_PUBLIC_KEY_SIZE 33
#define SOTTO_PRIVATE_KEY_SIZE 32
#define SOTTO_SIGNATURE_SIZE 64
#define SOTTO_KYBER_PUBLIC_KEY_SIZE 1569
#define SOTTO_UUID_SIZE 16

/* ------------------------------------------------------------------ outcomes */

typedef enum sotto_status {
  SOTTO_OK = 0,
  SOTTO_DUPLICATE_MESSAGE = 1,   /* decrypted before, or older than what is kept; says nothing about who sent it. Drop it */
  SOTTO_INVALID_MESSAGE = 2,     /* malformed, not authentic, or out of reach */
  SOTTO_INVALID_SIGNATURE = 3,   /* of a bundle, or of a sender-key message */
  SOTTO_INVALID_KEY = 4,         /* no key of its kind, or one of small order */
  SOTTO_UNTRUSTED_IDENTITY = 5,  /* not the identity key that the caller knows. Ask the person */
  SOTTO_NO_SESSION = 6,          /* none that can do this: none at all, archived, or unanswered for 30 days. Start one */
  SOTTO_UNKNOWN_PREKEY = 7,      /* the message names a prekey that was not given */
  SOTTO_NO_SENDER_KEY = 8,       /* no chain for this message: ask the sender for its distribution message */
  SOTTO_INVALID_CERTIFICATE = 9, /* a sender certificate that does not validate now, under the given roots */
  SOTTO_SELF_SEND = 10,          /* a sealed message of this very device. Drop it */
  SOTTO_INVALID_SESSION = 11,    /* a record that is none, or that can't do what is asked of it */
  SOTTO_INVALID_ADDRESS = 12,    /* a device id out of 1…127, a service id that is none */
  SOTTO_INVALID_FINGERPRINT = 13, /* iterations out of 2…1,000,000, or scanned bytes that are none */
  SOTTO_FINGERPRINT_VERSION = 14, /* the two safety numbers were made by different rules */
  SOTTO_BUFFER_TOO_SMALL = 100,
  SOTTO_INVALID_ARGUMENT = 101,  /* a NULL that may not be, a length that can't be: a mistake of the calling code */
  SOTTO_UNUSABLE_SYSTEM = 102    /* no random numbers, or a crypto library that does not work here */
} sotto_status;

/* One line in English, never NULL. */
SOTTO_API const char* sotto_status_text(sotto_status status);

/* "0.1.0", of the library that is loaded; the macros above are of the header that was compiled. */
SOTTO_API const char* sotto_version(void);

/* Checks that the library works on this processor; call it once, before anything else. Without it everything still works,
 * but ML-KEM may take slower paths. */
SOTTO_API sotto_status sotto_start(void);

/* ------------------------------------------------------------------ bytes */

typedef struct sotto_view {
  const uint8_t* data; /* may be NULL if size is 0 */
  size_t size;
} sotto_view;

typedef struct sotto_buffer {
  uint8_t* data;
  size_t capacity;
  size_t size; /* out */
} sotto_buffer;

/* Where random bytes come from. NULL in place of a sotto_random is the system's source. `fill` must not fail. */
typedef struct sotto_random {
  void (*fill)(void* context, uint8_t* bytes, size_t size);
  void* context;
} sotto_random;

/* One device: a name, in a Signal-like service a service id (a UUID in lower case, or "PNI:" and one), and a number 1…127. */
typedef struct sotto_address {
  const char* name; /* NUL-terminated UTF-8 */
  uint8_t device_id;
} sotto_address;

/* ------------------------------------------------------------------ keys (§1) */

/* A Curve25519 key pair: an identity key, or any other. */
typedef struct sotto_key_pair sotto_key_pair;

SOTTO_API sotto_status sotto_key_pair_generate(const sotto_random* random, sotto_key_pair** made);
/* INVALID_KEY unless it has 32 bytes; they are clamped (§1.2). */
SOTTO_API sotto_status sotto_key_pair_from_private(sotto_view private_key, sotto_key_pair** made);
SOTTO_API void sotto_key_pair_free(sotto_key_pair* keys);
SOTTO_API void sotto_key_pair_private(const sotto_key_pair* keys, uint8_t private_key[SOTTO_PRIVATE_KEY_SIZE]);
SOTTO_API void sotto_key_pair_public(const sotto_key_pair* keys, uint8_t public_key[SOTTO_PUBLIC_KEY_SIZE]);

/* XEdDSA (§1.5): randomised, so two signatures of one message differ. */
SOTTO_API sotto_status sotto_sign(const sotto_key_pair* keys, sotto_view message, const sotto_random* random,
                                  uint8_t signature[SOTTO_SIGNATURE_SIZE]);
/* OK, or INVALID_SIGNATURE, or INVALID_KEY. */
SOTTO_API sotto_status sotto_verify(sotto_view public_key, sotto_view message, sotto_view signature);
/* X25519 (§1.3). INVALID_KEY if the result would be zero. */
SOTTO_API sotto_status sotto_agree(const sotto_key_pair* keys, sotto_view public_key, uint8_t secret[32]);

/* The holder of `keys` says that `other` (33) is its identity key too (§10.4). */
SOTTO_API sotto_status sotto_sign_alternate_identity(const sotto_key_pair* keys, sotto_view other, const sotto_random* random,
                                                     uint8_t signature[SOTTO_SIGNATURE_SIZE]);
SOTTO_API sotto_status sotto_verify_alternate_identity(sotto_view public_key, sotto_view other, sotto_view signature);

/* ------------------------------------------------------------------ prekeys (§2)
 *
 * Each function makes one key: a record for the caller's storage, which holds the private half, and what to publish. */

SOTTO_API sotto_status sotto_one_time_prekey_generate(uint32_t id, const sotto_random* random, sotto_buffer* record,
                                                      uint8_t public_key[SOTTO_PUBLIC_KEY_SIZE]);
SOTTO_API sotto_status sotto_signed_prekey_generate(uint32_t id, const sotto_key_pair* identity, uint64_t created_ms,
                                                    const sotto_random* random, sotto_buffer* record,
                                                    uint8_t public_key[SOTTO_PUBLIC_KEY_SIZE],
                                                    uint8_t signature[SOTTO_SIGNATURE_SIZE]);
/* One-time or last-resort: the protocol does not tell them apart, the caller does. */
SOTTO_API sotto_status sotto_kyber_prekey_generate(uint32_t id, const sotto_key_pair* identity, uint64_t created_ms,
                                                   const sotto_random* random, sotto_buffer* record,
                                                   uint8_t public_key[SOTTO_KYBER_PUBLIC_KEY_SIZE],
                                                   uint8_t signature[SOTTO_SIGNATURE_SIZE]);

/* What one device publishes so that others can write to it first. How it travels is the service's business. */
typedef struct sotto_prekey_bundle {
  uint32_t registration_id;
  uint8_t device_id;
  sotto_view identity_key; /* 33 */
  uint32_t signed_prekey_id;
  sotto_view signed_prekey;           /* 33 */
  sotto_view signed_prekey_signature; /* 64 */
  uint32_t kyber_prekey_id;
  sotto_view kyber_prekey;           /* 1569 */
  sotto_view kyber_prekey_signature; /* 64 */
  uint32_t one_time_prekey_id;
  sotto_view one_time_prekey; /* 33, or empty: there is none */
} sotto_prekey_bundle;

/* ------------------------------------------------------------------ sessions (§3 to §5) */

/* All sessions with one device: one that sends, and up to 40 archived ones that still receive. Keep its bytes under the
 * address of that device. Where a function takes `before`, NULL is a record without sessions. */
typedef struct sotto_session sotto_session;

/* INVALID_SESSION for anything but what serialize wrote, in this version of the library or an earlier one. */
SOTTO_API sotto_status sotto_session_parse(sotto_view bytes, sotto_session** parsed);
/* The bytes hold secrets: encrypt them at rest. A settled session has at most 6 KiB. */
SOTTO_API sotto_status sotto_session_serialize(const sotto_session* session, sotto_buffer* bytes);
SOTTO_API void sotto_session_free(sotto_session* session);

/* Everything around one operation. */
typedef struct sotto_context {
  const sotto_key_pair* identity; /* ours */
  uint32_t registration_id;       /* ours: 1…0x3FFF, or sealed sender can't reach this device */
  sotto_address local;            /* ours */
  sotto_address remote;
  /* The remote's identity key (33) as the caller knows it: another one is SOTTO_UNTRUSTED_IDENTITY. Empty if the caller knows
   * none: whatever comes is accepted and given back, and the caller decides before it commits. */
  sotto_view known_identity;
  uint64_t now_ms;            /* milliseconds since 1970; asked by start and encrypt only */
  const sotto_random* random; /* NULL: the system's */
} sotto_context;

/* Starts a session with the device that published the bundle (§2.3, §3.3). The old session is archived. Keep bundle.identity_key
 * as the remote's. UNTRUSTED_IDENTITY, INVALID_SIGNATURE, INVALID_KEY. */
SOTTO_API sotto_status sotto_session_start(const sotto_session* before, const sotto_prekey_bundle* bundle,
                                           const sotto_context* context, sotto_session** after);

/* 1 if encrypt would find a session here (§4.10), else 0. */
SOTTO_API int sotto_session_can_send(const sotto_session* session, uint64_t now_ms);
/* 1 if the other end has not answered the current session yet, else 0. */
SOTTO_API int sotto_session_is_pending(const sotto_session* session);
/* Of the other end, as it said when the session began. NO_SESSION without a current one. */
SOTTO_API sotto_status sotto_session_remote_registration_id(const sotto_session* session, uint32_t* registration_id);
SOTTO_API sotto_status sotto_session_remote_identity(const sotto_session* session, uint8_t identity_key[SOTTO_PUBLIC_KEY_SIZE]);
/* 1 if `ratchet_key` (33) is the one that the current session sends with: a decryption-error message is about it (§9.3). */
SOTTO_API int sotto_session_current_ratchet_key_matches(const sotto_session* session, sotto_view ratchet_key);
/* The current session rests: it receives, and sends no more. */
SOTTO_API sotto_status sotto_session_archive(const sotto_session* before, sotto_session** after);

typedef enum sotto_message_type {
  SOTTO_MESSAGE_SIGNAL = 2,
  SOTTO_MESSAGE_PREKEY = 3,
  SOTTO_MESSAGE_SENDER_KEY = 7,
  SOTTO_MESSAGE_PLAINTEXT = 8
} sotto_message_type;

/* Encrypts any bytes, also none; padding is the caller's (§4.6). NO_SESSION, UNTRUSTED_IDENTITY. */
SOTTO_API sotto_status sotto_session_encrypt(const sotto_session* before, sotto_view plaintext, const sotto_context* context,
                                             sotto_session** after, sotto_message_type* type, sotto_buffer* message);

/* Decrypts a message of type SOTTO_MESSAGE_SIGNAL (§4.8). NO_SESSION, DUPLICATE_MESSAGE, UNTRUSTED_IDENTITY, INVALID_MESSAGE. */
SOTTO_API sotto_status sotto_session_decrypt(const sotto_session* before, sotto_view message, const sotto_context* context,
                                             sotto_session** after, sotto_buffer* plaintext);

/* What a message of type SOTTO_MESSAGE_PREKEY names: read this first, fetch those keys, then decrypt. */
typedef struct sotto_prekey_names {
  int has_one_time_prekey;
  uint32_t one_time_prekey_id; /* if it has one */
  uint32_t signed_prekey_id;
  uint32_t kyber_prekey_id;
  uint32_t registration_id; /* of the sender; nothing vouches for it */
  uint8_t identity_key[SOTTO_PUBLIC_KEY_SIZE];
  uint8_t base_key[SOTTO_PUBLIC_KEY_SIZE];
} sotto_prekey_names;
SOTTO_API sotto_status sotto_prekey_message_read(sotto_view message, sotto_prekey_names* names);

/* The records of the keys that the message names; an empty view for one that is not there (any more). That is no error as long
 * as the message belongs to a session that exists. */
typedef struct sotto_prekey_records {
  sotto_view one_time;
  sotto_view signed_prekey;
  sotto_view kyber;
} sotto_prekey_records;

/* Decrypts a prekey message, beginning a session unless its base key belongs to one that the record holds (§3.8).
 *
 * began_session  out: 1 if the message used the prekeys. Then, in the transaction that keeps `after`, delete the one-time
 *                prekey and a one-time Kyber prekey; for a last-resort one, remember (Kyber id, signed id, base key) and drop
 *                the message as invalid if that triple was there before.
 *
 * UNTRUSTED_IDENTITY, DUPLICATE_MESSAGE, UNKNOWN_PREKEY, INVALID_KEY, INVALID_MESSAGE. */
SOTTO_API sotto_status sotto_session_decrypt_prekey(const sotto_session* before, sotto_view message,
                                                    const sotto_prekey_records* prekeys, const sotto_context* context,
                                                    sotto_session** after, sotto_buffer* plaintext, int* began_session);

/* ------------------------------------------------------------------ groups: sender keys (§7) */

/* The chains of one sender in one group. Keep its bytes under (sender's address, distribution id). */
typedef struct sotto_sender_key sotto_sender_key;

SOTTO_API sotto_status sotto_sender_key_parse(sotto_view bytes, sotto_sender_key** parsed);
SOTTO_API sotto_status sotto_sender_key_serialize(const sotto_sender_key* sender_key, sotto_buffer* bytes);
SOTTO_API void sotto_sender_key_free(sotto_sender_key* sender_key);

/* What a sender gives to each member, inside a pairwise session: its chain as it is now. `before` NULL begins one. */
SOTTO_API sotto_status sotto_sender_key_distribute(const sotto_sender_key* before, const uint8_t distribution_id[SOTTO_UUID_SIZE],
                                                   const sotto_random* random, sotto_sender_key** after, sotto_buffer* message);

/* Which record a distribution message or a sender-key message belongs to. */
SOTTO_API sotto_status sotto_sender_key_distribution_id(sotto_view message, uint8_t distribution_id[SOTTO_UUID_SIZE]);

/* Takes in a distribution message; whoever sent it is known from the session that it came through. */
SOTTO_API sotto_status sotto_sender_key_accept(const sotto_sender_key* before, sotto_view distribution_message,
                                               sotto_sender_key** after);
SOTTO_API sotto_status sotto_sender_key_encrypt(const sotto_sender_key* before, const uint8_t distribution_id[SOTTO_UUID_SIZE],
                                                sotto_view plaintext, const sotto_random* random, sotto_sender_key** after,
                                                sotto_buffer* message);
/* NO_SENDER_KEY, INVALID_SIGNATURE, DUPLICATE_MESSAGE, INVALID_MESSAGE. */
SOTTO_API sotto_status sotto_sender_key_decrypt(const sotto_sender_key* before, sotto_view message, sotto_sender_key** after,
                                                sotto_buffer* plaintext);

#ifdef __cplusplus
}
#endif

#endif
