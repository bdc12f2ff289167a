#include "rpc/values.hpp"

#include <boost/json/value.hpp>

#include "base/encoding.hpp"
#include "store/sqlite.hpp"

namespace sotto::rpc {
namespace {

constexpr std::uint32_t text_kind = 16;

}  // namespace

std::string hex_id(const store::Message& message) { return base::to_hex(message.message_id); }

json::object message_event(const client::Event& event) {
  const store::Message& message = event.message;
  json::object sender{
      {"account", message.sender.text()}, {"name", event.sender_name}, {"device", message.device.value}};
  if (event.is_stranger) sender["claimed"] = true;
  json::object made{{"event", "message"},
                    {"id", hex_id(message)},
                    {"conversation", message.conversation.text()},
                    {"sender", std::move(sender)},
                    {"text", message.body},
                    {"seq", message.seq},
                    {"sent_at", message.sent_at.ms},
                    {"received_at", message.received_at.ms},
                    {"verified", message.is_verified}};
  if (message.body_kind != text_kind) made["unsupported_kind"] = message.body_kind;
  return made;
}

json::object history_entry(const client::Event& event) {
  json::object made = message_event(event);
  made["direction"] = event.message.is_outgoing ? "out" : "in";
  made["state"] = store::to_text(event.message.state);
  if (!event.message.reason.empty()) made["reason"] = event.message.reason;
  return made;
}

json::object notice_event(const store::Notice& notice) {
  json::object made{{"event", "notice"},
                    {"kind", store::to_text(notice.kind)},
                    {"loud", notice.is_loud()},
                    {"text", notice.words},
                    {"at", notice.at.ms}};
  if (notice.account) made["account"] = notice.account->text();
  return made;
}

json::object passing_event(const client::admission::Overheard& said) {
  if (const auto* typing = std::get_if<client::contents::TypingNow>(&said.what))
    return {
        {"event", "typing"}, {"conversation", said.from.text()}, {"name", said.sender_name}, {"on", typing->is_typing}};
  return history_event(std::get<client::contents::HistoryNow>(said.what));
}

json::object history_event(const client::contents::HistoryNow& now) {
  return {{"event", "history"}, {"device", now.other.value}, {"coming", now.is_coming},
          {"done", now.done},   {"total", now.total},        {"complete", now.is_done}};
}

json::object status_object(const client::Status& status) {
  const store::OwnAccount& own = status.own;
  const bool is_reachable = status.server.has_value();
  json::object made{{"version", SOTTO_VERSION},
                    {"server", own.server},
                    {"server_version", is_reachable ? json::value(status.server->version) : json::value()},
                    {"reachable", is_reachable},
                    {"account", own.account_id.text()},
                    {"name", own.user_name},
                    {"device", own.device.value},
                    {"unsent", status.unsent},
                    {"refused", status.refused},
                    {"queued_at_server", is_reachable ? json::value(status.server->queued) : json::value()},
                    {"store", store::library_version()},
                    {"store_sound", status.store_problem.empty()}};
  if (!is_reachable) made["server_problem"] = status.server_problem;
  if (!status.store_problem.empty()) made["store_problem"] = status.store_problem;
  return made;
}

json::object device_object(const client::own_list::OwnDevice& one) {
  return {{"device", one.device.number.value},
          {"name", one.name},
          {"admin", one.is_admin},
          {"this", one.is_this},
          {"day_added", one.device.day_added.value}};
}

}  // namespace sotto::rpc
