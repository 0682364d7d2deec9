// One alias a gateway payload, so that the schema generator has a name for each.
import type * as v from "discord-api-types/v10";

export type READY = v.GatewayReadyDispatchData;
export type GUILD_CREATE = v.GatewayGuildCreateDispatchData;
export type GUILD_MEMBERS_CHUNK = v.GatewayGuildMembersChunkDispatchData;
export type MESSAGE_CREATE = v.GatewayMessageCreateDispatchData;
export type MESSAGE_UPDATE = v.GatewayMessageUpdateDispatchData;
export type MESSAGE_DELETE = v.GatewayMessageDeleteDispatchData;
export type MESSAGE_REACTION_ADD = v.GatewayMessageReactionAddDispatchData;
export type MESSAGE_REACTION_REMOVE = v.GatewayMessageReactionRemoveDispatchData;
export type MESSAGE_REACTION_REMOVE_ALL = v.GatewayMessageReactionRemoveAllDispatchData;
export type MESSAGE_DELETE_BULK = v.GatewayMessageDeleteBulkDispatchData;
export type TYPING_START = v.GatewayTypingStartDispatchData;
export type CHANNEL_CREATE = v.GatewayChannelCreateDispatchData;
export type CHANNEL_UPDATE = v.GatewayChannelUpdateDispatchData;
export type CHANNEL_DELETE = v.GatewayChannelDeleteDispatchData;
export type THREAD_UPDATE = v.GatewayThreadUpdateDispatchData;
export type THREAD_DELETE = v.GatewayThreadDeleteDispatchData;
export type THREAD_CREATE = v.GatewayThreadCreateDispatchData;
export type GUILD_MEMBER_UPDATE = v.GatewayGuildMemberUpdateDispatchData;
export type PRESENCE_UPDATE = v.GatewayPresenceUpdateDispatchData;
export type GUILD_MEMBER_ADD = v.GatewayGuildMemberAddDispatchData;

export type SLASH_GUILD = v.APIChatInputApplicationCommandGuildInteraction;
export type SLASH_DM = v.APIChatInputApplicationCommandDMInteraction;
export type USER_MENU_GUILD = v.APIUserApplicationCommandGuildInteraction;
export type MESSAGE_MENU_GUILD = v.APIMessageApplicationCommandGuildInteraction;
export type COMPONENT_GUILD = v.APIMessageComponentGuildInteraction;
export type COMPONENT_DM = v.APIMessageComponentDMInteraction;
export type MODAL_GUILD = v.APIModalSubmitGuildInteraction;
export type MODAL_DM = v.APIModalSubmitDMInteraction;
export type AUTOCOMPLETE_GUILD = v.APIApplicationCommandAutocompleteGuildInteraction;
export type AUTOCOMPLETE_DM = v.APIApplicationCommandAutocompleteDMInteraction;

export type SENT_BY_CLIENT = v.GatewaySendPayload;
