#include "server/operations/disclosure.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <ostream>

#include "base/encoding.hpp"

namespace sotto::server {
namespace {

namespace json = boost::json;

std::string_view word(PermitClass permit_class) {
  switch (permit_class) {
    case PermitClass::contact:
      return "contact";
    case PermitClass::link:
      return "link";
    case PermitClass::group:
      return "group";
    case PermitClass::knock:
      return "knock";
    case PermitClass::own:
      return "own";
  }
  return "unknown";
}

json::value hash(const std::optional<base::Bytes<32>>& value) {
  return value ? json::value(base::to_hex(*value)) : json::value();
}

template <class Entries, class Made>
json::array each(const Entries& entries, Made made) {
  json::array list;
  for (const auto& entry : entries) list.push_back(made(entry));
  return list;
}

json::object envelope(const Disclosure::Envelope& envelope) {
  json::object made;
  made["position"] = envelope.position;
  made["class"] = word(envelope.permit_class);
  made["day"] = date(envelope.day);
  made["size"] = envelope.size;
  return made;
}

json::object device(const Disclosure::Device& device) {
  const DeviceStatus& status = device.status;
  json::object made;
  made["number"] = device.device.number.value;
  made["registration_id"] = device.device.registration_id.value;
  made["mailbox"] = device.device.mailbox.text();
  made["identity_key"] = base::to_base64url(device.device.identity_key.serialize());
  made["last_contact"] = date_or_null(device.last_contact);
  made["token_hash"] = base::to_hex(device.token_hash);
  made["next_token_hash"] = hash(device.next_token_hash);
  made["receive_token_hash"] = hash(device.receive_token_hash);
  made["old_tokens"] = device.old_tokens;
  made["clone_alarm"] = date_or_null(status.clone_alarm);
  made["generation"] = status.generation.number;
  made["tick"] = status.generation.tick ? json::value(base::to_hex(*status.generation.tick)) : json::value();
  made["signed_prekey"] = base::to_base64url(device.signed_prekey);
  made["last_resort_prekey"] = base::to_base64url(device.last_resort);
  made["one_time_prekeys"] = status.one_time;
  made["one_time_kyber_prekeys"] = status.one_time_kyber;
  made["prekey_upload_hash"] = hash(device.upload_hash);
  json::object taken;
  for (std::size_t i = 0; i < device.taken.size(); ++i) taken[word(static_cast<PermitClass>(i + 1))] = device.taken[i];
  made["prekeys_given_on"] = date_or_null(device.taken_day);
  made["prekeys_given"] = std::move(taken);
  made["known_keys"] = device.known_keys;
  made["envelopes"] = each(device.envelopes, envelope);
  return made;
}

json::object waiting(const Disclosure::Waiting& waiting) {
  json::object made;
  made["mailbox"] = waiting.mailbox.text();
  made["registration_id"] = waiting.registration_id.value;
  made["identity_key"] = base::to_base64url(waiting.identity_key.serialize());
  made["token_hash"] = base::to_hex(waiting.token_hash);
  made["request_hash"] = base::to_hex(waiting.request_hash);
  made["prekeys"] = base::to_base64url(waiting.prekeys);
  made["day"] = date(waiting.day);
  return made;
}

json::object number(const Disclosure::GivenNumber& number) {
  json::object made;
  made["number"] = number.number;
  made["identity_key"] = base::to_base64url(number.identity_key);
  return made;
}

json::object permit(const Permit& permit) {
  json::object made;
  made["class"] = word(permit.permit_class);
  made["hash"] = base::to_hex(permit.hash);
  made["last_day"] = date(permit.last_day);
  return made;
}

json::object backup(const KnownBackup& backup) {
  json::object made;
  made["counter"] = backup.counter;
  made["day"] = date(backup.day);
  made["size"] = backup.size;
  made["sha256"] = base::to_hex(backup.sha256);
  made["manifest"] = base::to_base64url(backup.manifest);
  made["blob"] = base::to_base64url(backup.blob);
  return made;
}

}  // namespace

std::string date(base::Day day) { return base::to_text(base::Timestamp{day.value * base::ms_per_day}).substr(0, 10); }

json::value date_or_null(base::Day day) { return day.value == 0 ? json::value() : json::value(date(day)); }

json::object to_json(const Disclosure& disclosed) {
  json::object made;
  made["account"] = disclosed.account.text();
  made["user_name"] = disclosed.user_name ? json::value(*disclosed.user_name) : json::value();
  made["is_discoverable"] = disclosed.settings.is_discoverable;
  made["takes_knocks"] = disclosed.settings.takes_knocks;
  made["deletion"] = date_or_null(disclosed.deletion);
  made["introduction"] = base::to_base64url(disclosed.introduction);
  made["backup_statement"] = base::to_base64url(disclosed.backup_statement);
  made["registration_hash"] = base::to_hex(disclosed.registration_hash);
  made["devices"] = each(disclosed.devices, device);
  made["waiting_devices"] = each(disclosed.waiting, waiting);
  made["given_numbers"] = each(disclosed.numbers, number);
  made["permits"] = each(disclosed.permits, permit);
  made["backup_counter"] = disclosed.backup_counter;
  made["backups"] = each(disclosed.backups, backup);
  return made;
}

namespace {

/// What a member is called, and what to know about it.
struct Meaning {
  std::string_view member;
  std::string_view words;
  std::string_view remark = {};
};

// A member that has no row here is printed by its own name; a test finds it.
constexpr std::array meanings{
    Meaning{"account", "account"},
    Meaning{"user_name", "user name"},
    Meaning{"is_discoverable", "found by its user name"},
    Meaning{"takes_knocks", "strangers may knock"},
    Meaning{"deletion", "will be deleted on"},
    Meaning{"introduction", "certificate and device list", "public; signed by the account"},
    Meaning{"backup_statement", "who may read its backups", "a public key; signed by the account"},
    Meaning{"registration_hash", "hash of its registration", "tells a repeated request; the request is not kept"},
    Meaning{"devices", "devices"},
    Meaning{"waiting_devices", "devices that wait to be put on its list"},
    Meaning{"given_numbers", "device numbers that are taken"},
    Meaning{"permits", "permits by which others may write to it",
            "only hashes: the server does not know who holds one"},
    Meaning{"backup_counter", "counter of backups"},
    Meaning{"backups", "backups", "encrypted with a key that only the account has: what is in them can't be read here"},
    Meaning{"number", "number"},
    Meaning{"registration_id", "registration id"},
    Meaning{"mailbox", "mailbox"},
    Meaning{"identity_key", "identity key", "public"},
    Meaning{"last_contact", "last here on", "the day; no time and no address is kept"},
    Meaning{"token_hash", "hash of its token", "the token itself is not kept"},
    Meaning{"next_token_hash", "hash of its next token", "the token itself is not kept"},
    Meaning{"receive_token_hash", "hash of its receive-only token", "the token itself is not kept"},
    Meaning{"old_tokens", "hashes of replaced tokens", "kept to notice a copy of the device"},
    Meaning{"clone_alarm", "a copy was noticed on"},
    Meaning{"generation", "generation", "counts what the device confirmed"},
    Meaning{"tick", "tick of that generation", "random"},
    Meaning{"signed_prekey", "signed prekey", "public"},
    Meaning{"last_resort_prekey", "last-resort prekey", "public"},
    Meaning{"one_time_prekeys", "one-time prekeys left", "public keys"},
    Meaning{"one_time_kyber_prekeys", "one-time Kyber prekeys left", "public keys"},
    Meaning{"prekey_upload_hash", "hash of its last prekeys", "tells a repeated request"},
    Meaning{"prekeys_given_on", "one-time prekeys last given on"},
    Meaning{"prekeys_given", "of them on that day", "by class of permit, not by who asked"},
    Meaning{"known_keys", "hashes of its public keys", "so that none is used twice"},
    Meaning{"envelopes", "messages not yet delivered",
            "sealed to the device by who sent them: neither the text nor the sender can be read here"},
    Meaning{"request_hash", "hash of its request", "tells a repeated request"},
    Meaning{"prekeys", "prekeys", "public"},
    Meaning{"position", "position"},
    Meaning{"class", "class"},
    Meaning{"day", "day"},
    Meaning{"size", "bytes"},
    Meaning{"hash", "hash"},
    Meaning{"last_day", "good until"},
    Meaning{"counter", "counter"},
    Meaning{"sha256", "SHA-256"},
    Meaning{"manifest", "manifest", "encrypted"},
    Meaning{"blob", "where its bytes lie"},
    Meaning{"contact", "contact"},
    Meaning{"link", "link"},
    Meaning{"group", "group"},
    Meaning{"knock", "knock"},
    Meaning{"own", "own"},
};

Meaning meaning_of(std::string_view member) {
  const auto found = std::ranges::find(meanings, member, &Meaning::member);
  return found == meanings.end() ? Meaning{member, member} : *found;
}

std::string words_of(const json::value& value) {
  constexpr std::size_t longest = 68;  // characters of keys and signed statements; --json has all of them
  if (value.is_null()) return "-";
  if (value.is_bool()) return value.as_bool() ? "yes" : "no";
  if (!value.is_string()) return json::serialize(value);
  const std::string text(value.as_string());
  if (text.empty()) return "-";
  if (text.size() <= longest) return text;
  return std::to_string(text.size() * 3 / 4) + " bytes, " + text.substr(0, 16) + "...";
}

void print_members(const json::object& object, const std::string& indent, std::ostream& out);

void print_list(const json::array& list, const Meaning& meaning, const std::string& indent, std::ostream& out) {
  out << '\n' << indent << meaning.words << ": " << (list.empty() ? "none" : std::to_string(list.size())) << '\n';
  if (list.empty()) return;
  if (!meaning.remark.empty()) out << indent << "  (" << meaning.remark << ")\n";
  bool is_first = true;
  for (const json::value& entry : list) {
    if (!std::exchange(is_first, false)) out << '\n';
    print_members(entry.as_object(), indent + "  ", out);
  }
}

void print_members(const json::object& object, const std::string& indent, std::ostream& out) {
  constexpr std::size_t width = 32;
  for (const auto& [name, value] : object) {
    const Meaning meaning = meaning_of(name);
    if (const auto* list = value.if_array()) {
      print_list(*list, meaning, indent, out);
      continue;
    }
    out << indent << meaning.words;
    if (const auto* inner = value.if_object()) {
      out << (meaning.remark.empty() ? "" : " (") << meaning.remark << (meaning.remark.empty() ? "" : ")") << '\n';
      print_members(*inner, indent + "  ", out);
      continue;
    }
    out << std::string(std::max<std::size_t>(width, meaning.words.size() + 2) - meaning.words.size(), ' ')
        << words_of(value);
    if (!meaning.remark.empty() && !value.is_null()) out << "  (" << meaning.remark << ")";
    out << '\n';
  }
}

}  // namespace

void print_disclosure(const json::object& disclosed, std::ostream& out) { print_members(disclosed, "", out); }

}  // namespace sotto::server
