#pragma once
#include "server/route.hpp"

namespace sotto::server {

constexpr std::string_view invite_header = "Sotto-Invite";  // base64url of 16 bytes

/// POST /v1/register/begin
/// errors   400 malformed_body; 403 registration_closed; 409 name_taken; 429 too_many
asio::awaitable<net::Response> begin_registration(Context& context, Call call);

/// POST /v1/register. All or nothing; the very same bytes again get the same 200.
/// errors   400 bad_host, bad_statement (the message begins with the rule's name); 410 challenge_expired;
///          403 registration_closed, not_invited; 409 key_known, account_exists, name_taken
/// cost     wire::check_registration
/// source   statements.md, "Registration"
asio::awaitable<net::Response> register_account(Context& context, Call call);

}  // namespace sotto::server
