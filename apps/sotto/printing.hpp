#pragma once
#include <boost/json/object.hpp>
#include <string>

/// From values to words: what the commands print, as text and as JSON.
namespace sotto::app {

/// A message as a person reads it. Control characters are shown as such: a message can't play with the terminal.
/// Its further lines are indented, so that none can pose as another message.
std::string message_text(const boost::json::object& message);
/// For texts: line feeds and tabs stay. For everything that belongs on one line: nothing of the kind does.
std::string printable(const std::string& text);
std::string printable_line(const std::string& text);

/// The 60 digits in twelve groups, three lines.
std::string safety_number_text(const std::string& digits);

/// A QR code of half blocks, for terminals with light or dark ground.
std::string qr_text(const std::string& content);

/// A field that is a text; empty if it is missing.
std::string text_of(const boost::json::object& object, std::string_view name);

/// A code of six digits, in two groups.
std::string code_text(const std::string& code);

}  // namespace sotto::app
