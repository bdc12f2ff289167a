/* libsotto-protocol: the Signal Protocol, byte for byte as the official implementation speaks it.
 *
 * The library does arithmetic and nothing else. It has no storage, no network, no clock, no threads and no global
 * state; the only thing of the caller's that it calls is a source of random bytes, if one is given. Every operation
 * takes what the caller has kept, and gives what the caller must keep next:
 *
 *     sotto_session* after = NULL;
 *     sotto_session_encrypt(before, text, &context, &after, &type, &message);
 *     … serialize `after` and commit it, together with `message` …
 *     … only now send `message`; then free `before` and go on with `after` …
 *
 * The rules that hold everywhere:
 *
 * - An operation that fails changes nothing, gives nothing, and can be repeated. `before` is never changed, also by
 *   success.
 * - Commit what came out *before* a byte of the message leaves, and before a received message is acknowledged. A retry
 *   sends the same bytes again; it never encrypts again.
 * - Views are borrowed for the length of the call, and hold at most 2^30 bytes. Buffers belong to the caller: set
 *   `data` and `capacity`; `size` comes back. If one is too small the call answers SOTTO_BUFFER_TOO_SMALL, `size` says
 *   what is needed, and nothing else has happened. A buffer with capacity 0 and data NULL asks for the size; the call
 *   does its whole work to find out, so where a bound is known (SOTTO_OVERHEAD and the constants beside it) one call
 *   with that much room is twice as fast.
 * - Handles come from functions with an out-parameter of type T** and go back to T_free, which zeroes their secrets and
 *   takes NULL. A handle may be used by several threads at a time: no function changes one.
 * - Outputs are written on SOTTO_OK only. A pointer may be NULL where its comment says so, and nowhere else.
 * - A key or signature of a wrong length is SOTTO_INVALID_KEY or SOTTO_INVALID_SIGNATURE, as one with wrong bytes is.
 * - Nothing is thrown. If memory runs out the program ends.
 * - Public keys are 33 bytes (0x05, then u), private keys 32; Kyber keys and ciphertexts have their type byte 0x08. In
 *   numbers beside a field: bytes.
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
#define SOTTO_NOEXCEPT noexcept
extern "C" {
#else
#define SOTTO_NOEXCEPT
#endif

#define SOTTO_PROTOCOL_VERSION_MAJOR 0
#define SOTTO_PROTOCOL_VERSION_MINOR 1
#define SOTTO_PROTOCOL_VERSION_PATCH 0

#define SOTTO_PUBLIC_KEY_SIZE 33
#define SOTTO_PRIVATE_KEY_SIZE 32
#define SOTTO_SIGNATURE_SIZE 64
#define SOTTO_KYBER_PUBLIC_KEY_SIZE 1569
#define SOTTO_UUID_SIZE 16
#define SOTTO_SERVICE_ID_SIZE 17 /**< 0x00 (ACI) or 0x01 (PNI), then the UUID */
#define SOTTO_SECRET_SIZE 32

/** How much room is always enough. Encrypting and sealing for one device add at most SOTTO_OVERHEAD bytes to what is
 * put in; so does sotto_sealed_content_serialize to its parts together. Decrypting gives no more bytes than the message
 * has. */
#define SOTTO_OVERHEAD 2048
#define SOTTO_PREKEY_RECORD_MAX_SIZE 8192
#define SOTTO_CERTIFICATE_MAX_SIZE 1024 /**< with a phone number of at most 64 bytes */
#define SOTTO_SCANNABLE_MAX_SIZE 128

/* ------------------------------------------------------------------ outcomes */

typedef enum sotto_status {
  SOTTO_OK = 0,
  SOTTO_DUPLICATE_MESSAGE = 1,  /**< decrypted before, or too old; says nothing about who sent it. Drop it */
  SOTTO_INVALID_MESSAGE = 2,    /**< malformed, not authentic, or out of reach */
  SOTTO_INVALID_SIGNATURE = 3,  /**< of a bundle, or of a sender-key message */
  SOTTO_INVALID_KEY = 4,        /**< no key of its kind, or one of small order */
  SOTTO_UNTRUSTED_IDENTITY = 5, /**< not the identity key that the caller knows. Ask the person */
  SOTTO_NO_SESSION = 6,     /**< none that can do this: none at all, archived, or unanswered for 30 days. Start one */
  SOTTO_UNKNOWN_PREKEY = 7, /**< the message names a prekey that was not given */
  SOTTO_NO_SENDER_KEY = 8,  /**< no chain for this message: ask the sender for its distribution message */
  SOTTO_INVALID_CERTIFICATE = 9,  /**< a sender certificate that does not validate now, under the given roots */
  SOTTO_SELF_SEND = 10,           /**< a sealed message of this very device. Drop it */
  SOTTO_INVALID_SESSION = 11,     /**< a record that is none, or that can't do what is asked of it */
  SOTTO_INVALID_ADDRESS = 12,     /**< a device id out of 1…127, a service id that is none */
  SOTTO_INVALID_FINGERPRINT = 13, /**< iterations out of 2…1,000,000, or scanned bytes that are none */
  SOTTO_FINGERPRINT_VERSION = 14, /**< the two safety numbers were made by different rules */
  SOTTO_BUFFER_TOO_SMALL = 100,
  SOTTO_INVALID_ARGUMENT = 101, /**< a NULL that may not be, a length that can't be: a mistake of the calling code */
  SOTTO_UNUSABLE_SYSTEM = 102   /**< no random numbers, or a crypto library that does not work here */
} sotto_status;

/** One line in English, never NULL. */
SOTTO_API const char* sotto_status_text(sotto_status status) SOTTO_NOEXCEPT;

/** "0.1.0", of the library that is loaded; the macros above are of the header that was compiled. */
SOTTO_API const char* sotto_version(void) SOTTO_NOEXCEPT;

/** Checks that the library works on this processor; call it once, before anything else. Without it everything still
 * works, but ML-KEM may take slower paths. */
SOTTO_API sotto_status sotto_start(void) SOTTO_NOEXCEPT;

/* ------------------------------------------------------------------ bytes */

typedef struct sotto_view {
  const uint8_t* data; /**< may be NULL if size is 0 */
  size_t size;
} sotto_view;

typedef struct sotto_buffer {
  uint8_t* data;
  size_t capacity;
  size_t size; /**< out */
} sotto_buffer;

/** Where random bytes come from. NULL in place of a sotto_random is the system's source. `fill` must not fail or throw.
 */
typedef struct sotto_random {
  void (*fill)(void* context, uint8_t* bytes, size_t size);
  void* context;
} sotto_random;

/** One device: a name, in a Signal-like service a service id (a UUID in lower case, or "PNI:" and one), and a number
 * 1…127. */
typedef struct sotto_address {
  const char* name; /**< NUL-terminated UTF-8 */
  uint8_t device_id;
} sotto_address;

/* ------------------------------------------------------------------ keys (§1) */

/** A Curve25519 key pair: an identity key, or any other. */
typedef struct sotto_key_pair sotto_key_pair;

SOTTO_API sotto_status sotto_key_pair_generate(const sotto_random* random, sotto_key_pair** made) SOTTO_NOEXCEPT;
/** INVALID_KEY unless it has 32 bytes; they are clamped (§1.2). */
SOTTO_API sotto_status sotto_key_pair_from_private(sotto_view private_key, sotto_key_pair** made) SOTTO_NOEXCEPT;
SOTTO_API void sotto_key_pair_free(sotto_key_pair* keys) SOTTO_NOEXCEPT;
/** Both leave the bytes alone if `keys` is NULL. */
SOTTO_API void sotto_key_pair_private(const sotto_key_pair* keys,
                                      uint8_t private_key[SOTTO_PRIVATE_KEY_SIZE]) SOTTO_NOEXCEPT;
SOTTO_API void sotto_key_pair_public(const sotto_key_pair* keys,
                                     uint8_t public_key[SOTTO_PUBLIC_KEY_SIZE]) SOTTO_NOEXCEPT;

/** XEdDSA (§1.5): randomised, so two signatures of one message differ. */
SOTTO_API sotto_status sotto_sign(const sotto_key_pair* keys, sotto_view message, const sotto_random* random,
                                  uint8_t signature[SOTTO_SIGNATURE_SIZE]) SOTTO_NOEXCEPT;
/** OK, or INVALID_SIGNATURE, or INVALID_KEY. */
SOTTO_API sotto_status sotto_verify(sotto_view public_key, sotto_view message, sotto_view signature) SOTTO_NOEXCEPT;
/** X25519 (§1.3). INVALID_KEY if the result would be zero. */
SOTTO_API sotto_status sotto_agree(const sotto_key_pair* keys, sotto_view public_key,
                                   uint8_t secret[SOTTO_SECRET_SIZE]) SOTTO_NOEXCEPT;

/** The holder of `keys` says that `other` (33) is its identity key too (§10.4). Verifying answers as sotto_verify does.
 */
SOTTO_API sotto_status sotto_sign_alternate_identity(const sotto_key_pair* keys, sotto_view other,
                                                     const sotto_random* random,
                                                     uint8_t signature[SOTTO_SIGNATURE_SIZE]) SOTTO_NOEXCEPT;
SOTTO_API sotto_status sotto_verify_alternate_identity(sotto_view public_key, sotto_view other,
                                                       sotto_view signature) SOTTO_NOEXCEPT;

/* ------------------------------------------------------------------ prekeys (§2)
 *
 * Each function makes one key: a record for the caller's storage, which holds the private half, and what to publish.
 * Records are secret, and at most SOTTO_PREKEY_RECORD_MAX_SIZE long. Many keys are made by a loop: nothing in one helps
 * with the next. */

SOTTO_API sotto_status sotto_one_time_prekey_generate(uint32_t id, const sotto_random* random, sotto_buffer* record,
                                                      uint8_t public_key[SOTTO_PUBLIC_KEY_SIZE]) SOTTO_NOEXCEPT;
SOTTO_API sotto_status sotto_signed_prekey_generate(uint32_t id, const sotto_key_pair* identity, uint64_t created_ms,
                                                    const sotto_random* random, sotto_buffer* record,
                                                    uint8_t public_key[SOTTO_PUBLIC_KEY_SIZE],
                                                    uint8_t signature[SOTTO_SIGNATURE_SIZE]) SOTTO_NOEXCEPT;
/** One-time or last-resort: the protocol does not tell them apart, the caller does. */
SOTTO_API sotto_status sotto_kyber_prekey_generate(uint32_t id, const sotto_key_pair* identity, uint64_t created_ms,
                                                   const sotto_random* random, sotto_buffer* record,
                                                   uint8_t public_key[SOTTO_KYBER_PUBLIC_KEY_SIZE],
                                                   uint8_t signature[SOTTO_SIGNATURE_SIZE]) SOTTO_NOEXCEPT;

/** What one device publishes so that others can write to it first. How it travels is the service's business. */
typedef struct sotto_prekey_bundle {
  uint32_t registration_id;
  uint8_t device_id;
  sotto_view identity_key; /**< 33 */
  uint32_t signed_prekey_id;
  sotto_view signed_prekey;           /**< 33 */
  sotto_view signed_prekey_signature; /**< 64 */
  uint32_t kyber_prekey_id;
  sotto_view kyber_prekey;           /**< 1569 */
  sotto_view kyber_prekey_signature; /**< 64 */
  uint32_t one_time_prekey_id;
  sotto_view one_time_prekey; /**< 33, or empty: there is none */
} sotto_prekey_bundle;

/* ------------------------------------------------------------------ sessions (§3 to §5) */

/** All sessions with one device: one that sends, and up to 40 archived ones that still receive. Keep its bytes under
 * the address of that device. Where a function takes `before`, NULL is a record without sessions. */
typedef struct sotto_session sotto_session;

/** INVALID_SESSION for anything but what serialize wrote, in this version of the library or an earlier one. */
SOTTO_API sotto_status sotto_session_parse(sotto_view bytes, sotto_session** parsed) SOTTO_NOEXCEPT;
/** The bytes hold secrets: encrypt them at rest. A settled session has at most 6 KiB. */
SOTTO_API sotto_status sotto_session_serialize(const sotto_session* session, sotto_buffer* bytes) SOTTO_NOEXCEPT;
SOTTO_API void sotto_session_free(sotto_session* session) SOTTO_NOEXCEPT;

/** Everything around one operation. */
typedef struct sotto_context {
  const sotto_key_pair* identity; /**< ours */
  uint32_t registration_id;       /**< ours: 1…0x3FFF, or sealed sender can't reach this device */
  sotto_address local;            /**< ours */
  sotto_address remote;
  /** The remote's identity key (33) as the caller knows it: another one is SOTTO_UNTRUSTED_IDENTITY. Empty if the
   * caller knows none: whatever comes is accepted, sotto_session_remote_identity(after) says what it was, and the
   * caller decides before it commits. */
  sotto_view known_identity;
  uint64_t now_ms;            /**< milliseconds since 1970; asked by start and encrypt only */
  const sotto_random* random; /**< NULL: the system's */
} sotto_context;

/** Starts a session with the device that published the bundle (§2.3, §3.3). The old session is archived. Keep
 * bundle.identity_key as the remote's. UNTRUSTED_IDENTITY, INVALID_SIGNATURE, INVALID_KEY, INVALID_ADDRESS. */
SOTTO_API sotto_status sotto_session_start(const sotto_session* before, const sotto_prekey_bundle* bundle,
                                           const sotto_context* context, sotto_session** after) SOTTO_NOEXCEPT;

/** 1 if encrypt would find a session here (§4.10), else 0; of NULL as of a record without sessions, also below. */
SOTTO_API int sotto_session_can_send(const sotto_session* session, uint64_t now_ms) SOTTO_NOEXCEPT;
/** 1 if the other end has not answered the current session yet, else 0. */
SOTTO_API int sotto_session_is_pending(const sotto_session* session) SOTTO_NOEXCEPT;
/** Of the other end, as it said when the session began. NO_SESSION without a current one. */
SOTTO_API sotto_status sotto_session_remote_registration_id(const sotto_session* session,
                                                            uint32_t* registration_id) SOTTO_NOEXCEPT;
/** The key that the current session is with. NO_SESSION without one. */
SOTTO_API sotto_status sotto_session_remote_identity(const sotto_session* session,
                                                     uint8_t identity_key[SOTTO_PUBLIC_KEY_SIZE]) SOTTO_NOEXCEPT;
/** 1 if `ratchet_key` (33) is the one that the current session sends with: a decryption-error message is about it
 * (§9.3). */
SOTTO_API int sotto_session_current_ratchet_key_matches(const sotto_session* session,
                                                        sotto_view ratchet_key) SOTTO_NOEXCEPT;
/** The current session rests: it receives, and sends no more. */
SOTTO_API sotto_status sotto_session_archive(const sotto_session* before, sotto_session** after) SOTTO_NOEXCEPT;

typedef enum sotto_message_type {
  SOTTO_MESSAGE_SIGNAL = 2,
  SOTTO_MESSAGE_PREKEY = 3,
  SOTTO_MESSAGE_SENDER_KEY = 7,
  SOTTO_MESSAGE_PLAINTEXT = 8
} sotto_message_type;

/** Encrypts any bytes, also none; padding is the caller's (§4.6). For many devices call it for each: nothing in one
 * helps with the next. NO_SESSION, UNTRUSTED_IDENTITY. */
SOTTO_API sotto_status sotto_session_encrypt(const sotto_session* before, sotto_view plaintext,
                                             const sotto_context* context, sotto_session** after,
                                             sotto_message_type* type, sotto_buffer* message) SOTTO_NOEXCEPT;

/** Decrypts a message of type SOTTO_MESSAGE_SIGNAL (§4.8). NO_SESSION, DUPLICATE_MESSAGE, UNTRUSTED_IDENTITY,
 * INVALID_KEY, INVALID_MESSAGE. */
SOTTO_API sotto_status sotto_session_decrypt(const sotto_session* before, sotto_view message,
                                             const sotto_context* context, sotto_session** after,
                                             sotto_buffer* plaintext) SOTTO_NOEXCEPT;

/** What a message of type SOTTO_MESSAGE_PREKEY names: read this first, fetch those keys, then decrypt. */
typedef struct sotto_prekey_names {
  int has_one_time_prekey;
  uint32_t one_time_prekey_id; /**< if it has one */
  uint32_t signed_prekey_id;
  uint32_t kyber_prekey_id;
  uint32_t registration_id; /**< of the sender; nothing vouches for it */
  uint8_t identity_key[SOTTO_PUBLIC_KEY_SIZE];
  uint8_t base_key[SOTTO_PUBLIC_KEY_SIZE];
} sotto_prekey_names;
/** INVALID_MESSAGE, INVALID_KEY. */
SOTTO_API sotto_status sotto_prekey_message_read(sotto_view message, sotto_prekey_names* names) SOTTO_NOEXCEPT;

/** The records of the keys that the message names; an empty view for one that is not there (any more), or NULL for the
 * struct if none is. That is no error as long as the message belongs to a session that exists. */
typedef struct sotto_prekey_records {
  sotto_view one_time;
  sotto_view signed_prekey;
  sotto_view kyber;
} sotto_prekey_records;

/** Decrypts a prekey message, beginning a session unless its base key belongs to one that the record holds (§3.8).
 *
 * began_session  out: 1 if the message used the prekeys. Then, in the transaction that keeps `after`, delete the
 * one-time prekey and a one-time Kyber prekey; for a last-resort one, remember (Kyber id, signed id, base key) and drop
 *                the message as invalid if that triple was there before.
 *
 * UNTRUSTED_IDENTITY, DUPLICATE_MESSAGE, UNKNOWN_PREKEY (also for the record of another id), INVALID_SESSION (a record
 * that is none), INVALID_KEY, INVALID_MESSAGE. */
SOTTO_API sotto_status sotto_session_decrypt_prekey(const sotto_session* before, sotto_view message,
                                                    const sotto_prekey_records* prekeys, const sotto_context* context,
                                                    sotto_session** after, sotto_buffer* plaintext,
                                                    int* began_session) SOTTO_NOEXCEPT;

/* ------------------------------------------------------------------ groups: sender keys (§7) */

/** The chains of one sender in one group. Keep its bytes under (sender's address, distribution id). */
typedef struct sotto_sender_key sotto_sender_key;

/** INVALID_SESSION for anything but what serialize wrote. */
SOTTO_API sotto_status sotto_sender_key_parse(sotto_view bytes, sotto_sender_key** parsed) SOTTO_NOEXCEPT;
SOTTO_API sotto_status sotto_sender_key_serialize(const sotto_sender_key* sender_key,
                                                  sotto_buffer* bytes) SOTTO_NOEXCEPT;
SOTTO_API void sotto_sender_key_free(sotto_sender_key* sender_key) SOTTO_NOEXCEPT;

/** What a sender gives to each member, inside a pairwise session: its chain as it is now. `before` NULL begins one. */
SOTTO_API sotto_status sotto_sender_key_distribute(const sotto_sender_key* before,
                                                   const uint8_t distribution_id[SOTTO_UUID_SIZE],
                                                   const sotto_random* random, sotto_sender_key** after,
                                                   sotto_buffer* message) SOTTO_NOEXCEPT;

/** Which record a distribution message, or a message of type SOTTO_MESSAGE_SENDER_KEY, belongs to. Two functions,
 * because some bytes could be read as either, with different ids. INVALID_MESSAGE, INVALID_KEY. */
SOTTO_API sotto_status sotto_distribution_message_id(sotto_view message,
                                                     uint8_t distribution_id[SOTTO_UUID_SIZE]) SOTTO_NOEXCEPT;
SOTTO_API sotto_status sotto_sender_key_message_id(sotto_view message,
                                                   uint8_t distribution_id[SOTTO_UUID_SIZE]) SOTTO_NOEXCEPT;

/** Takes in a distribution message; whoever sent it is known from the session that it came through. INVALID_MESSAGE,
 * INVALID_KEY. */
SOTTO_API sotto_status sotto_sender_key_accept(const sotto_sender_key* before, sotto_view distribution_message,
                                               sotto_sender_key** after) SOTTO_NOEXCEPT;
/** Encrypts for everybody who has the distribution message. NO_SENDER_KEY; INVALID_SESSION if the chain is not ours. */
SOTTO_API sotto_status sotto_sender_key_encrypt(const sotto_sender_key* before,
                                                const uint8_t distribution_id[SOTTO_UUID_SIZE], sotto_view plaintext,
                                                const sotto_random* random, sotto_sender_key** after,
                                                sotto_buffer* message) SOTTO_NOEXCEPT;
/** NO_SENDER_KEY, INVALID_SIGNATURE, DUPLICATE_MESSAGE, INVALID_MESSAGE. */
SOTTO_API sotto_status sotto_sender_key_decrypt(const sotto_sender_key* before, sotto_view message,
                                                sotto_sender_key** after, sotto_buffer* plaintext) SOTTO_NOEXCEPT;

/* ------------------------------------------------------------------ sealed sender: certificates (§8.1) */

/** Names a key that may issue sender certificates; the trust root signs it. INVALID_KEY. */
SOTTO_API sotto_status sotto_server_certificate_issue(uint32_t id, sotto_view server_key,
                                                      const sotto_key_pair* trust_root, const sotto_random* random,
                                                      sotto_buffer* certificate) SOTTO_NOEXCEPT;

typedef struct sotto_certified {
  const char* account; /**< a UUID of 36 characters */
  uint8_t device_id;
  sotto_view identity_key;  /**< 33 */
  const char* phone_number; /**< NULL: none */
} sotto_certified;

/** Says that a device of an account has that identity key, until expires_ms. `server` is the key that
 * server_certificate names, else INVALID_KEY. INVALID_ADDRESS, INVALID_CERTIFICATE. */
SOTTO_API sotto_status sotto_sender_certificate_issue(const sotto_certified* subject, uint64_t expires_ms,
                                                      sotto_view server_certificate, const sotto_key_pair* server,
                                                      const sotto_random* random,
                                                      sotto_buffer* certificate) SOTTO_NOEXCEPT;

/* ------------------------------------------------------------------ sealed sender: sealing (§8.2 to §8.5) */

/** What the sender expects if a message can't be decrypted; other values are kept. */
#define SOTTO_HINT_DEFAULT 0u
#define SOTTO_HINT_RESENDABLE 1u
#define SOTTO_HINT_IMPLICIT 2u

/** What is inside both versions: a message and who sent it. */
typedef struct sotto_sealed_content {
  sotto_message_type type;
  sotto_view sender_certificate;
  /** Of that type. A session message was encrypted with the certificate's account and device as local. */
  sotto_view message;
  uint32_t hint;
  sotto_view group_id; /**< may be empty */
} sotto_sealed_content;

/** INVALID_CERTIFICATE if the sender's certificate is none; whether it is good is not looked at. */
SOTTO_API sotto_status sotto_sealed_content_serialize(const sotto_sealed_content* content,
                                                      sotto_buffer* bytes) SOTTO_NOEXCEPT;

/** Version 1, to one device.
 *
 * agreement  of the two identity keys, which is the same for every message between two devices and takes half of a
 *            seal's time: sotto_agree(own identity, remote identity), if the caller kept it. It is as secret as a
 *            private key. Empty: it is computed
 *
 * INVALID_KEY. */
SOTTO_API sotto_status sotto_seal(sotto_view content, const sotto_key_pair* sender, sotto_view recipient_identity,
                                  sotto_view agreement, const sotto_random* random,
                                  sotto_buffer* message) SOTTO_NOEXCEPT;

/** One entry of an upload: devices that share an identity key. */
typedef struct sotto_sealed_recipient {
  uint8_t service_id[SOTTO_SERVICE_ID_SIZE];
  const uint8_t* device_ids;        /**< device_count numbers, 1…127; one at least */
  const uint32_t* registration_ids; /**< of the same devices, at most 0x3FFF */
  size_t device_count;
  sotto_view identity_key; /**< 33 */
  sotto_view agreement;    /**< 32, or empty */
} sotto_sealed_recipient;

/** Version 2, the sent form, to any number of recipients in order, also none.
 *
 * excluded   excluded_count service ids of 17 bytes, one after the other; may be NULL if there are none
 * left_out   recipient_count flags, or NULL: 1 for a recipient whose seal failed, and who is not in the message
 *
 * INVALID_SESSION for a registration id over 14 bits, NO_SESSION for a recipient without devices; INVALID_ADDRESS,
 * INVALID_KEY. */
SOTTO_API sotto_status sotto_seal_for_many(sotto_view content, const sotto_key_pair* sender,
                                           const sotto_sealed_recipient* recipients, size_t recipient_count,
                                           const uint8_t* excluded, size_t excluded_count, const sotto_random* random,
                                           sotto_buffer* message, uint8_t* left_out) SOTTO_NOEXCEPT;

/* ------------------------------------------------------------------ sealed sender: opening (§8.4) */

/** An opened message. Nothing in it may be believed before sotto_opened_verify has said OK. */
typedef struct sotto_opened sotto_opened;

/** An agreement that the caller kept. */
typedef struct sotto_known_agreement {
  uint8_t identity_key[SOTTO_PUBLIC_KEY_SIZE];
  uint8_t secret[SOTTO_SECRET_SIZE];
} sotto_known_agreement;

/** Opens either version, as a device receives it. `known` may be NULL. INVALID_MESSAGE, INVALID_KEY. */
SOTTO_API sotto_status sotto_open_sealed(sotto_view message, const sotto_key_pair* local,
                                         const sotto_known_agreement* known, size_t known_count,
                                         sotto_opened** opened) SOTTO_NOEXCEPT;
SOTTO_API void sotto_opened_free(sotto_opened* opened) SOTTO_NOEXCEPT;

/** By which rule a sender is believed, and who this device is. */
typedef struct sotto_reception {
  const uint8_t* trust_roots; /**< trust_root_count keys of 33 bytes, one after the other */
  size_t trust_root_count;
  const sotto_view* known_servers; /**< certificates that a sender certificate may name by number; only the official
                                      service has some */
  size_t known_server_count;
  uint64_t now_ms;
  sotto_address local;
  const char* local_phone_number; /**< NULL: none */
} sotto_reception;

/** Whether the certificate is good now, and the message not our own. After OK decrypt the message inside: by its type
 * with sotto_session_decrypt, _decrypt_prekey or sotto_sender_key_decrypt, with the sender as the remote.
 *
 * INVALID_CERTIFICATE, SELF_SEND; INVALID_KEY for a trust root that is no key, INVALID_ADDRESS. */
SOTTO_API sotto_status sotto_opened_verify(const sotto_opened* opened, const sotto_reception* reception) SOTTO_NOEXCEPT;

/** What it says. Pointers live as long as `opened`; of NULL everything is zero. */
SOTTO_API sotto_address sotto_opened_sender(const sotto_opened* opened) SOTTO_NOEXCEPT;
SOTTO_API const char* sotto_opened_phone_number(const sotto_opened* opened) SOTTO_NOEXCEPT; /* NULL: none */
SOTTO_API uint64_t sotto_opened_expires_ms(const sotto_opened* opened) SOTTO_NOEXCEPT;      /* of the certificate */
SOTTO_API void sotto_opened_identity(const sotto_opened* opened,
                                     uint8_t identity_key[SOTTO_PUBLIC_KEY_SIZE]) SOTTO_NOEXCEPT;
SOTTO_API sotto_message_type sotto_opened_type(const sotto_opened* opened) SOTTO_NOEXCEPT;
SOTTO_API sotto_view sotto_opened_message(const sotto_opened* opened) SOTTO_NOEXCEPT;
SOTTO_API uint32_t sotto_opened_hint(const sotto_opened* opened) SOTTO_NOEXCEPT;
SOTTO_API sotto_view sotto_opened_group_id(const sotto_opened* opened) SOTTO_NOEXCEPT;

/* ------------------------------------------------------------------ sealed sender: splitting, by a server (§8.5) */

/** An upload in the sent form. Nothing in it can be decrypted by whoever splits it. */
typedef struct sotto_sent_message sotto_sent_message;

/** INVALID_MESSAGE. */
SOTTO_API sotto_status sotto_sent_message_parse(sotto_view bytes, sotto_sent_message** parsed) SOTTO_NOEXCEPT;
SOTTO_API void sotto_sent_message_free(sotto_sent_message* sent) SOTTO_NOEXCEPT;
/** 1 if entries of one service id were merged: legal, and refused by a server that counts entries. */
SOTTO_API int sotto_sent_message_has_repeated_recipients(const sotto_sent_message* sent) SOTTO_NOEXCEPT;
SOTTO_API size_t sotto_sent_message_recipient_count(const sotto_sent_message* sent) SOTTO_NOEXCEPT;
/** Of one recipient, index below the count, else INVALID_ARGUMENT. No devices: it is named as excluded and receives
 * nothing. */
SOTTO_API sotto_status sotto_sent_message_recipient(const sotto_sent_message* sent, size_t index,
                                                    uint8_t service_id[SOTTO_SERVICE_ID_SIZE],
                                                    size_t* device_count) SOTTO_NOEXCEPT;
SOTTO_API sotto_status sotto_sent_message_device(const sotto_sent_message* sent, size_t index, size_t device,
                                                 uint8_t* device_id, uint32_t* registration_id) SOTTO_NOEXCEPT;
/** What goes into its mailboxes. INVALID_ARGUMENT for an excluded one. */
SOTTO_API sotto_status sotto_sent_message_received_by(const sotto_sent_message* sent, size_t index,
                                                      sotto_buffer* message) SOTTO_NOEXCEPT;

/* ------------------------------------------------------------------ safety numbers (§6) */

typedef struct sotto_fingerprint_end {
  sotto_view identifier;   /**< what the application agreed on; Signal: the 16 bytes of the account's UUID */
  sotto_view identity_key; /**< 33 */
} sotto_fingerprint_end;

/** Usually version 2 and 5,200 iterations.
 *
 * digits     60, the same at both ends, and a NUL
 * scannable  for a QR code; the other end's is the mirror image
 *
 * Costs two SHA-512 for each iteration. INVALID_FINGERPRINT, INVALID_KEY. */
SOTTO_API sotto_status sotto_fingerprint(const sotto_fingerprint_end* local, const sotto_fingerprint_end* remote,
                                         uint32_t version, uint32_t iterations, char digits[61],
                                         sotto_buffer* scannable) SOTTO_NOEXCEPT;
/** matches: 1 or 0. INVALID_FINGERPRINT, FINGERPRINT_VERSION. */
SOTTO_API sotto_status sotto_fingerprint_compare(sotto_view ours, sotto_view scanned, int* matches) SOTTO_NOEXCEPT;

/* ------------------------------------------------------------------ decryption errors (§9) */

/** What a recipient answers to a message that it could not decrypt. */
typedef struct sotto_decryption_error {
  int has_ratchet_key;                        /**< not for sender-key messages */
  uint8_t ratchet_key[SOTTO_PUBLIC_KEY_SIZE]; /**< if it has one, else zeros */
  uint64_t timestamp_ms;                      /**< of the original */
  uint32_t device_id;                         /**< that sent the original */
} sotto_decryption_error;

/** About a message of type SIGNAL, PREKEY or SENDER_KEY; INVALID_ARGUMENT for PLAINTEXT. INVALID_MESSAGE or INVALID_KEY
 * if it is none.
 *
 * plaintext_content  the message of type SOTTO_MESSAGE_PLAINTEXT that carries it: to be sealed, not encrypted */
SOTTO_API sotto_status sotto_decryption_error_make(sotto_message_type type, sotto_view original, uint64_t timestamp_ms,
                                                   uint32_t device_id, sotto_buffer* plaintext_content) SOTTO_NOEXCEPT;
/** Nothing but the seal around it vouches for it. INVALID_MESSAGE, INVALID_KEY. */
SOTTO_API sotto_status sotto_decryption_error_read(sotto_view plaintext_content,
                                                   sotto_decryption_error* error) SOTTO_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
