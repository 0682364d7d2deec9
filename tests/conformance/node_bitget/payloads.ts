// One alias a row of the venue's answers and pushes, so that the schema generator has a name for each.
import type * as b from "bitget-api";

export type COIN = b.SpotCoinInfoV2;
export type SPOT_SYMBOL = b.SpotSymbolInfoV2;
export type SPOT_TICKER = b.SpotTickerV2;
export type SPOT_DEPTH = b.SpotOrderBookDepthV2;
export type SPOT_CANDLE = b.SpotCandlestickV2;
export type SPOT_TRADE = b.SpotTradeV2;
export type SPOT_ACCOUNT_INFO = b.SpotAccountInfoV2;
export type SPOT_ASSET = b.SpotAccountAssetV2;
export type SPOT_ORDER = b.SpotOrderInfoV2;
export type SPOT_OPEN_ORDER = b.SpotOpenOrderV2;
export type SPOT_REPLACED = b.CancelAndSubmitSpotOrderResponseV2;
export type SPOT_FILL = b.SpotFillV2;
export type SPOT_PLAN = b.SpotCurrentPlanOrderV2;
export type SPOT_OLD_PLAN = b.SpotHistoryPlanOrderV2;

export type CONTRACT = b.FuturesContractConfigV2;
export type TICKER = b.FuturesTickerV2;
export type DEPTH = b.FuturesMergeDepthV2;
export type CANDLE = b.FuturesCandlestickV2;
export type TRADE = b.FuturesFillV2;
export type OPEN_INTEREST = b.FuturesOpenInterestV2;
export type FUNDING_TIME = b.FuturesFundingTimeV2;
export type SYMBOL_PRICE = b.FuturesSymbolPriceV2;
export type TIER = b.FuturesPositionTierV2;
export type ACCOUNT = b.FuturesAccountV2;
export type ACCOUNTS = b.FuturesAccountsV2;
export type LEVERAGE = b.SetLeverageResponseV2;
export type MARGIN_MODE = b.SetMarginModeResponseV2;
export type BILL = b.FuturesAccountBillV2;
export type POSITION = b.FuturesPositionV2;
export type PAST_POSITION = b.FuturesHistoryPositionV2;
export type ORDER_DETAIL = b.FuturesOrderDetailV2;
export type OPEN_ORDER = b.FuturesOpenOrderV2;
export type OLD_ORDER = b.FuturesHistoryOrderV2;
export type FILL = b.FuturesOrderFillV2;
export type PLAN = b.FuturesPendingPlanOrderV2;
export type OLD_PLAN = b.FuturesHistoryPlanOrderV2;
export type CANCELED = b.FuturesCancelAllOrdersV2;
export type CANCELED_PLANS = b.FuturesCancelPlanOrderV2;

export type UNIFIED_INSTRUMENT = b.InstrumentV3;
export type UNIFIED_TICKER = b.TickerV3;
// An interface that extends Array is an object to the generator; a tuple of its parts is what it means.
type C = b.CandlestickV3;
export type UNIFIED_CANDLE = [C[0], C[1], C[2], C[3], C[4], C[5], C[6]];
export type UNIFIED_DEPTH = b.OrderBookV3;
export type UNIFIED_TRADE = b.PublicFillV3;
export type UNIFIED_FUNDING = b.CurrentFundingRateV3;
export type UNIFIED_OPEN_INTEREST = b.OpenInterestV3;
export type UNIFIED_TIER = b.PositionTierV3;
export type UNIFIED_INFO = b.AccountInfoV3;
export type UNIFIED_SETTINGS = b.AccountSettingsV3;
export type UNIFIED_ASSETS = b.AccountAssetsV3;
export type UNIFIED_RECORD = b.FinancialRecordV3;
export type UNIFIED_POSITION = b.CurrentPositionV3;
export type UNIFIED_PLACED = b.PlaceOrderResponseV3;
export type UNIFIED_ORDER = b.OrderInfoV3;
export type UNIFIED_OPEN_ORDER = b.UnfilledOrderV3;
export type UNIFIED_OLD_ORDER = b.HistoryOrderV3;
export type UNIFIED_FILL = b.FillV3;
export type UNIFIED_STRATEGY = b.StrategyOrderV3;
export type UNIFIED_CANCELED = b.CancelAllOrdersResponseV3;

export type PUSHED_BOOK = b.WsDepthBookDataV2;
