/** 透明日志。 */
export const log = {
  log: {
    title: '透明日志',
    lead: '平台签发的每份记录都以盲化哈希写入一份只增日志。日志头（检查点）由平台签名；谁保存过旧的日志头，谁就能发现日后的改动。',
    head: '当前日志头',
    origin: '日志名称',
    size: '记录数',
    root: '树根',
    key: '验证公钥',
    keyNote: '请以您从别处取得并保存的公钥为准，这里只供比对。',
    raw: '检查点原文',
    rawNote: 'C2SP 签名便笺（signed note），可直接交给任何 tlog 工具。',
    download: '下载检查点',
    empty: '日志还没有检查点',
    emptyNext: '第一份记录写入后就会签出。',
    tiles: '分片地址',
    updated: '每 15 秒更新一次。',
  },
};
