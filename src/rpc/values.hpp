#pragma once
#include "client/engine.hpp"
#include "rpc/message.hpp"

/// What methods answer with: the engine's values as JSON.
namespace sotto::rpc {

json::object message_event(const client::Event& event);
/// As it stands in the history: with its direction and state.
json::object history_entry(const client::Event& event);
json::object notice_event(const store::Notice& notice);
json::object passing_event(const client::admission::Overheard& said);
json::object history_event(const client::contents::HistoryNow& now);
json::object status_object(const client::Status& status);
json::object device_object(const client::own_list::OwnDevice& device);

std::string hex_id(const store::Message& message);

}  // namespace sotto::rpc
