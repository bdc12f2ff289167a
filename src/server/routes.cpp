#include <array>

#include "server/accounts/acts.hpp"
#include "server/accounts/lookup.hpp"
#include "server/accounts/presenting.hpp"
#include "server/accounts/registration.hpp"
#include "server/answer.hpp"
#include "server/blobs/backups.hpp"
#include "server/blobs/blobs.hpp"
#include "server/devices/devices.hpp"
#include "server/devices/rendezvous.hpp"
#include "server/groups/group_logs.hpp"
#include "server/limits.hpp"
#include "server/prekeys/directory.hpp"
#include "server/route.hpp"
#include "server/sending/messages.hpp"
#include "server/sending/permits.hpp"
#include "server/sending/shared_messages.hpp"
#include "wire/acts.hpp"
#include "wire/device_return.hpp"
#include "wire/group_state.hpp"
#include "wire/prekeys.hpp"
#include "wire/registration.hpp"

namespace sotto::server {
namespace {

using enum Credential;
constexpr std::size_t small = limits::small_request;
constexpr std::size_t act_size = 4 * wire::max_statement;

asio::awaitable<net::Response> ask_for_upgrade(Context&, Call) {
  co_return refuse(426, "upgrade_required", "a mailbox is a WebSocket");
}

constexpr std::array all_routes{
    Route{"POST", "/v1/register/begin", none, small, begin_registration, "a mailbox id and a challenge", "",
          "RegisterBegun", "403 registration_closed"},
    Route{"POST", "/v1/register", none, wire::max_registration, register_account, "a new account, all or nothing",
          "wire::RegistrationRequest", "",
          "400 bad_host, bad_statement; 403 registration_closed, not_invited; 409 key_known, account_exists, "
          "name_taken; 410 challenge_expired; 429 too_many"},
    Route{"POST", "/v1/acts/begin", none, small, begin_act, "a challenge for one act of an account", "ActBegin",
          "ActBegun", ""},
    Route{"PUT", "/v1/account/list", none, wire::max_act_request, put_list, "another device list, or a new epoch",
          "wire::ActRequest", "",
          "400 bad_host; 409 list_passed, act_used; 410 challenge_expired; 429 too_many; 400 bad_statement; 409 "
          "key_known, device_unknown, number_given"},
    Route{"PUT", "/v1/account/name", none, act_size, put_name, "another user name, or none", "wire::ActRequest", "",
          "400 bad_host; 409 list_passed, act_used; 410 challenge_expired; 429 too_many; 400 bad_statement; 409 "
          "name_taken"},
    Route{"POST", "/v1/account/deletion", none, act_size, delete_account, "the account and all it has, gone",
          "wire::ActRequest", "",
          "400 bad_host; 409 list_passed, act_used; 410 challenge_expired; 429 too_many; 400 bad_statement"},
    Route{"POST", "/v1/account/keeping", none, act_size, keep_account, "a pending deletion is void", "wire::ActRequest",
          "", "400 bad_host; 409 list_passed, act_used; 410 challenge_expired; 429 too_many; 400 bad_statement"},
    Route{"PUT", "/v1/account/backup", none, act_size, put_backup, "an archive takes the place of the one before",
          "wire::ActRequest", "",
          "400 bad_host; 409 list_passed, act_used; 410 challenge_expired; 429 too_many; 400 bad_statement; 409 "
          "no_such_archive, backup_passed"},
    Route{"PUT", "/v1/settings", device, small, put_settings, "whether the account is found, and knocked at",
          "Settings", "", ""},
    Route{"POST", "/v1/grants", device, small, grant_mailbox, "a mailbox for one more device of the account", "",
          "MailboxGrant", ""},
    Route{"POST", "/v1/devices", none, wire::max_prekey_upload + small, add_device, "a device that waits for a list",
          "NewDevice", "",
          "400 prekeys_missing, prekey_not_by_device, key_not_canonical; 409 key_known, too_many_waiting; 410 "
          "grant_expired; 429 too_many"},
    Route{"POST", "/v1/devices/return", none, wire::max_act_request, return_device, "a device that a restore has lost",
          "wire::DeviceReturnRequest", "",
          "400 bad_host, bad_statement; 409 device_known, key_known; 410 challenge_expired; 429 too_many"},
    Route{"POST", "/v1/token", device, small, announce_token, "the token that follows", "NewToken", "",
          "409 token_known"},
    Route{"PUT", "/v1/token/receive", device, small, put_receive_token, "a token that opens the mailbox only",
          "ReceiveToken", "", "409 token_known"},
    Route{"PUT", "/v1/generation", device, small, put_generation, "the device's next generation", "GenerationChange",
          "", "409 generation_passed"},
    Route{"POST", "/v1/rendezvous", none, small, open_rendezvous, "where two devices meet", "", "RendezvousOpened",
          "429 too_many; 503 busy"},
    Route{"POST", "/v1/rendezvous/{id}/guest", none, small, join_rendezvous, "the second device, once", "",
          "RendezvousJoined", "404 no_such_rendezvous; 409 rendezvous_taken"},
    Route{"POST", "/v1/rendezvous/{id}/messages", none, limits::rendezvous_message, put_rendezvous_message,
          "for the other device", "opaque", "", "404 no_such_rendezvous; 409 rendezvous_full"},
    Route{"GET", "/v1/rendezvous/{id}/messages", none, small, take_rendezvous_messages, "of the other device", "",
          "RendezvousMessages", "404 no_such_rendezvous"},
    Route{"DELETE", "/v1/rendezvous/{id}", none, small, close_rendezvous, "it is over", "", "",
          "404 no_such_rendezvous"},
    Route{"GET", "/v1/names/{name}", device, small, look_up, "whose user name it is", "", "LookUp", "429 too_many"},
    Route{"GET", "/v1/own/account", device, small, own_account, "the own certificate and list", "", "Account", ""},
    Route{"PUT", "/v1/own/account", device, act_size, present_account, "certificate and list that a restore has lost",
          "wire::Introduction", "",
          "400 bad_host, bad_statement; 409 list_passed, key_known, number_given; 429 too_many"},
    Route{"GET", "/v1/account", permit, small, account_by_permit, "certificate and list of who gave the permit", "",
          "Account", ""},
    Route{"GET", "/v1/status", standing, small, status, "what waits, and what is left of the prekeys", "", "Status",
          ""},
    Route{"PUT", "/v1/permits", device, 64u << 10, put_permits, "which permits are good, and for how long",
          "PermitChange", "", "409 too_many_permits, permit_known"},
    Route{"PUT", "/v1/prekeys", device, wire::max_prekey_upload, put_prekeys, "new prekeys of this device",
          "wire::PrekeyUpload", "", "400 prekey_not_by_device; 409 key_known, too_many_prekeys"},
    Route{"POST", "/v1/bundles", permit, small, take_bundles, "a bundle for each device of who gave the permit", "",
          "Bundles", "429 too_many"},
    Route{"POST", "/v1/own/bundles", device, small, take_own_bundles, "a bundle for each own device", "", "Bundles",
          "429 too_many"},
    Route{"POST", "/v1/knocks/bundles", device, small, take_bundles_to_knock, "bundles for a first contact by name",
          "BundleRequest", "Bundles", "403 no_such_permit; 429 too_many"},
    Route{"POST", "/v1/messages", permit, limits::upload, send_message, "to each device of who gave the permit",
          "SendRequest", "",
          "409 wrong_devices, idempotency_conflict; 410 stale_devices; 413 envelope_too_large; 429 too_many, "
          "mailbox_full; 503 devices_changed, under_way"},
    Route{"POST", "/v1/own/messages", device, limits::upload, send_to_own, "to each other device of the own account",
          "SendRequest", "",
          "409 wrong_devices, idempotency_conflict; 410 stale_devices; 413 envelope_too_large; 429 too_many, "
          "mailbox_full; 503 devices_changed, under_way"},
    Route{"POST", "/v1/knocks", device, 64u << 10, knock, "a first message to who is known by user name", "SendRequest",
          "",
          "403 no_such_permit; 409 wrong_devices, idempotency_conflict; 410 stale_devices; 413 envelope_too_large; 429 "
          "too_many, mailbox_full; 503 devices_changed, under_way"},
    Route{"POST", "/v1/shared-messages", none, limits::shared_upload, send_shared, "one sealed message to many",
          "SharedSendRequest", "SharedSendAnswer",
          "409 idempotency_conflict; 413 too_many_entries, envelope_too_large; 429 too_many; 503 under_way"},
    Route{"POST", "/v1/blobs/grants", device, small, grant_blob, "the right to write one blob, or to make a group log",
          "BlobGrantRequest", "BlobGrant", "413 blob_too_large; 429 too_many"},
    Route{"PUT", "/v1/blobs/{id}", grant, limits::blob_piece, put_blob, "a piece of a blob", "opaque", "BlobUpload",
          "409 offset_wrong, blob_finished; 413 blob_too_large; 503 under_way"},
    Route{"GET", "/v1/blobs/{id}/upload", grant, small, upload_state, "how much of it is here", "", "BlobUpload", ""},
    Route{"POST", "/v1/blobs/{id}/finish", grant, small, finish_blob, "the blob is whole", "BlobFinish", "",
          "409 offset_wrong, blob_differs, blob_finished; 503 under_way"},
    Route{"GET", "/v1/blobs/{id}", none, small, get_blob, "a blob, or a range of it", "", "opaque",
          "404 no_such_blob; 416 no_such_range"},
    Route{"GET", "/v1/own/backup", device, small, own_backups, "which archives there are", "", "BackupStanding", ""},
    Route{"POST", "/v1/backups/read", none, act_size, find_backups, "the archives of who holds the backup access key",
          "BackupRead", "BackupFound", "400 bad_host; 403 no_such_backup; 410 challenge_expired; 429 too_many"},
    Route{"GET", "/v1/backups/{key}", none, small, read_backup, "an archive, or a range of it", "", "opaque",
          "404 no_such_backup; 416 no_such_range"},
    Route{"PUT", "/v1/groups/{id}", grant, wire::max_group_request, create_group, "a new group log",
          "wire::GroupStateRequest", "GroupAppended", "400 bad_statement; 409 group_exists"},
    Route{"POST", "/v1/groups/{id}/state", group, wire::max_group_request, append_state, "its next state",
          "wire::GroupStateRequest", "GroupAppended",
          "400 bad_statement; 409 group_passed; 429 too_many; 507 group_full"},
    Route{"POST", "/v1/groups/{id}/statements", group, limits::group_statement, append_statement, "a member's word",
          "opaque", "GroupAppended", "409 too_many_statements; 429 too_many; 507 group_full"},
    Route{"GET", "/v1/groups/{id}/log", group, small, read_log, "what stands in it", "", "GroupLog", ""},
    Route{"GET", "/v1/mailbox", device, small, ask_for_upgrade, "the device's mailbox, as a WebSocket", "ClientFrame",
          "ServerFrame", "426 upgrade_required; 503 stopping"},
};

}  // namespace

std::span<const Route> routes() { return all_routes; }

}  // namespace sotto::server
