/** 页面框架：名称、导航、页脚、时间、读取与出错。 */
export const frame = {
  brand: { name: 'Glasshall', full: '公共资源交易平台', short: '公共资源交易' },
  nav: {
    skip: '跳到正文',
    main: '主导航',
    notices: '招标公告',
    verify: '核验',
    log: '透明日志',
    language: 'English',
    languageLabel: 'Switch to English',
  },
  foot: {
    promise: '每个秘密、每个结果，任何人都可核验，无需信任本平台。',
    api: '接口文档',
    health: '运行状态',
    demo: '演示平台：法定期限已按公布的倍率缩短，数据均为演示。',
  },
  clock: {
    label: '服务器时间',
    unknown: '服务器时间暂不可知',
    zoneTitle: '北京时间，UTC+8',
  },
  state: {
    loading: '正在读取……',
    retry: '重试',
    loadMore: '显示更多',
  },
  problem: {
    unreachable: '没有连上平台。',
    unreachableNext: '请检查网络后重试；若持续如此，平台可能正在维护，截止时间不因此提前。',
    unreadable: '平台的答复无法读懂。',
    serverNext: '这是平台一方的问题，稍后会自动恢复；请过一会儿重试。',
    notFoundNext: '请核对网址，或从公告列表重新进入。',
    busyNext: '请求过于频繁，请等一分钟再试。',
    certificateNext:
      '请核对证书是否在有效期内、是否已吊销，签发机构是否在本平台信任的名单里。机构不在名单里的，请联系交易中心。',
    refusedNext: '请按上面的说明核对后重试。',
    check: '本页面的核对没有通过，已经停下。',
    checkNext: '没有送出任何东西。请记下代码，重试一次；若仍如此，请向交易中心和监督部门反映。',
    code: '代码',
  },
  dialog: {
    close: '关闭',
    back: '返回',
    final: '确认后不能撤回。',
  },
  notFound: {
    title: '没有这个页面',
    text: '网址可能抄错了，或者页面已经改名。',
    next: '去看招标公告',
  },
};
