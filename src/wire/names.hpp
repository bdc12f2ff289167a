#pragma once
#include <array>
#include <string_view>

/// Every context in which Sotto hashes, signs or derives. Signed and hashed is `32×0xFF ‖ name ‖ 0x00 ‖ bytes`
/// (statements.md, "Hash and signature"); a name is used in one context only. What the Signal Protocol itself defines
/// is signed raw, as it prescribes, and never begins with 0xFF.
namespace sotto::wire::names {

// hashed
inline constexpr std::string_view account_id = "Sotto v1 account id";
inline constexpr std::string_view recovery_key_check = "Sotto v1 recovery key check";
inline constexpr std::string_view contact_link = "Sotto v1 contact link";
inline constexpr std::string_view verify_link = "Sotto v1 verify link";
inline constexpr std::string_view device_link = "Sotto v1 device link";
inline constexpr std::string_view link_bundle = "Sotto v1 link bundle";
inline constexpr std::string_view link_reveal = "Sotto v1 link reveal";
inline constexpr std::string_view link_transcript = "Sotto v1 link transcript";
inline constexpr std::string_view device_token = "Sotto v1 device token";
inline constexpr std::string_view permit = "Sotto v1 permit";
inline constexpr std::string_view invite = "Sotto v1 invite";
inline constexpr std::string_view group_tag = "Sotto v1 group tag";
inline constexpr std::string_view group_entry = "Sotto v1 group entry";

// signed, and hashed where a statement is cited
inline constexpr std::string_view root_link = "Sotto v1 root link";
inline constexpr std::string_view account_certificate = "Sotto v1 account certificate";
inline constexpr std::string_view backup_statement = "Sotto v1 backup statement";
inline constexpr std::string_view device_list = "Sotto v1 device list";
inline constexpr std::string_view device_consent = "Sotto v1 device consent";
inline constexpr std::string_view account_act = "Sotto v1 account act";
inline constexpr std::string_view backup_access = "Sotto v1 backup access";
inline constexpr std::string_view device_return = "Sotto v1 device return";
inline constexpr std::string_view group_state = "Sotto v1 group state";

// info of HKDF, from the recovery key
inline constexpr std::string_view root_key = "Sotto v1 root key";
inline constexpr std::string_view backup_key = "Sotto v1 backup key";
inline constexpr std::string_view backup_access_key = "Sotto v1 backup access key";

// info of HKDF, from the profile key
inline constexpr std::string_view contact_permit = "Sotto v1 contact permit";

// info of HKDF, from the transcript of a linking
inline constexpr std::string_view link_codes = "Sotto v1 link codes";

inline constexpr std::array all{
    account_id,      recovery_key_check, contact_link,   verify_link,   device_token,        permit,
    invite,          group_tag,          group_entry,    root_link,     account_certificate, backup_statement,
    device_list,     device_consent,     account_act,    backup_access, group_state,         root_key,
    backup_key,      backup_access_key,  contact_permit, device_link,   link_bundle,         link_reveal,
    link_transcript, link_codes,         device_return};

}  // namespace sotto::wire::names
